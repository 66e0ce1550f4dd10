import type { Explanation } from '../shipment/explanation';
import { padded, toned, type Line } from '../terminal';
import { say } from './language';

/** Lines of a name and what it is: `order      ORDER_20260206_0007`. */

const WIDTH = 11;

export const HEADS = {
  next: { en: 'next', zh: '下一步' },
  workflow: { en: 'workflow', zh: '工作流' },
  order: { en: 'order', zh: '订单' },
  parcel: { en: 'parcel', zh: '包裹' },
  state: { en: 'state', zh: '状态' },
  push: { en: 'push', zh: '推送' },
  temporal: { en: 'Temporal', zh: 'Temporal' },
  /** Below the line before. */
  more: { en: '', zh: '' },
} as const satisfies Readonly<Record<string, Explanation>>;

export type Row = readonly [head: Explanation, words: string];

export const row = (head: Explanation, words: string): string => padded(say(head), WIDTH) + words;

export const rows = (all: readonly Row[]): string[] => all.map(([head, words]) => row(head, words));

/** A link that is there: where nobody knows the Temporal UI there is none. */
export const temporalRow = (link: string | null): Line[] =>
  link === null ? [] : [toned('soft', row(HEADS.temporal, link))];

export const nextRow = (step: string): string => row(HEADS.next, step);
