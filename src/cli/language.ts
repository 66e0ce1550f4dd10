import texts from '../../web/console/texts.json';
import type { Language } from '../shipment/phrases';
import { say, spokenLanguage } from '../spoken';

export { say, speak, spokenLanguage } from '../spoken';

/** Names of codes; each stands in both languages. */
const NAMES: Readonly<Record<Language, Readonly<Record<keyof typeof texts.en, string>>>> = texts;

export type Family =
  'audience' | 'cause' | 'endsBy' | 'kind' | 'outcome' | 'push' | 'standing' | 'state' | 'status';

/** What a code is called in the language that is spoken; the code itself where it has no name. */
export function nameOf(family: Family, code: string): string {
  const names: Readonly<Record<string, string | undefined>> = NAMES[spokenLanguage()];
  return names[`${family}.${code}`] ?? code;
}

/** A code for people: queries and settings take the code, so a name stands before it and never in its place. */
export function named(family: Family, code: string): string {
  if (spokenLanguage() === 'en') return code;
  const name = nameOf(family, code);
  return name === code ? code : `${name}（${code}）`;
}

/** How many, with the noun of each language: `{ one: 'delivery', many: 'deliveries', zh: '个投递' }`. */
export function counted(count: number, noun: Noun): string {
  return say({ en: `${count} ${count === 1 ? noun.one : noun.many}`, zh: `${count} ${noun.zh}` });
}

export interface Noun {
  readonly one: string;
  readonly many: string;
  readonly zh: string;
}

export const DELIVERIES: Noun = { one: 'delivery', many: 'deliveries', zh: '个投递' };
