import { z } from 'zod';

/** The client id that the push provider gave the phone. */
export const cidField = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9_-]+$/, 'may hold letters, digits, - and _ only')
  .describe('The client id that the push provider gave the phone.');

/** The app; the seed had one, called `default`. */
export const appidField = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_.-]+$/, 'may hold letters, digits, ., - and _ only')
  .nullish()
  .transform((appid) => appid ?? 'default')
  .describe('The app; `default` when absent.');

/** A short word such as `android` or `unicloud`; `null` when the app says nothing. */
export const wordField = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[A-Za-z0-9_.-]+$/, 'may hold letters, digits, ., - and _ only')
  .nullish()
  .transform((word) => word ?? null);
