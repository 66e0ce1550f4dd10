import type { z } from 'zod';

type Issue = Parameters<z.core.$ZodErrorMap>[0];

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** What is counted of a thing that is too long or too short. */
const COUNTED: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' };

/** What is wrong with a field, in words that go on after its name; `undefined`: the schema has words of its own. */
export function fieldWords(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
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

function bound(which: 'least' | 'most', origin: string, limit: number | bigint): string {
  const counted = COUNTED[origin];
  return counted === undefined ? `be at ${which} ${limit}` : `have at ${which} ${limit} ${counted}`;
}
