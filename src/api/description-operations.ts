import { z } from 'zod';
import type { Operation } from './operation';

export const showOpenApi = {
  method: 'get',
  path: '/openapi.json',
  id: 'showOpenApi',
  tag: 'Description',
  summary: 'This description, for programs.',
  access: 'everybody',
  answers: { 200: z.looseObject({ openapi: z.string() }) },
  problems: [],
} as const satisfies Operation;

export const showDocs = {
  method: 'get',
  path: '/docs',
  id: 'showDocs',
  tag: 'Description',
  summary: 'This description, for people.',
  access: 'everybody',
  answers: { 200: z.string() },
  mediaType: 'text/html',
  problems: [],
} as const satisfies Operation;
