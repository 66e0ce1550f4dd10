export const MASK = '***';

/** What is looked for, and what stands in its place. */
export type Rule = readonly [find: RegExp, put: string];

/** Masks all that the pattern finds. */
export const whole = (pattern: string, flags = ''): Rule => [new RegExp(pattern, `gu${flags}`), MASK];

/** Masks what follows the lead-in, which stays: a label, or the verb before a name. */
export const after = (lead: string, pattern: string, flags = ''): Rule => [
  new RegExp(`(${lead})(?:${pattern})`, `gu${flags}`),
  `$1${MASK}`,
];

/** One Chinese character. */
export const HAN = '\\p{Script=Han}';
/** A letter of an alphabet: Chinese has none. */
export const LETTER = '(?!\\p{Script=Han})\\p{L}';

/** `signed by`, `Signed by`, `SIGNED BY`: where letters in capitals mean something, the words around may have any. */
export function inEveryCase(words: string): string[] {
  return [words, words.charAt(0).toUpperCase() + words.slice(1), words.toUpperCase()];
}
