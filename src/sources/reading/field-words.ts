import type { z } from 'zod';

/** What zod hands over to be put into words. */
export type Issue = Parameters<z.core.$ZodErrorMap>[0];

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** What is counted of a value that has a size; of a number it is the number. */
const COUNTED: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' };

/** What is wrong with a field, in words that go on after its name; `undefined`: the schema has words of its own. */
export function fieldWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${typeWords(issue.expected)}`;
    case 'too_small': {
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return `must ${bound('least', issue.origin, issue.minimum)}`;
    }
    case 'too_big':
      return `must ${bound('most', issue.origin, issue.maximum)}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`;
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'must be a time in ISO 8601 with an offset, such as 2026-03-02T10:00:00Z'
        : undefined;
    default:
      return undefined;
  }
}

/** A type as zod names it, in words that go on after "must be". */
export const typeWords = (type: string): string => TYPES[type] ?? type;

/** A limit of a number, a text or a list, in words that go on after "must". */
export function bound(which: 'least' | 'most', origin: string, limit: number | bigint): string {
  const counted = COUNTED[origin];
  return counted === undefined ? `be at ${which} ${limit}` : `have at ${which} ${limit} ${counted}`;
}
