import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { OPERATIONS } from '../../src/api/operations';
import type { Operation } from '../../src/api/operation';

/** PostgreSQL stores no NUL and no half of a surrogate pair; nobody sees a zero-width space. */
const BAD_TEXTS = ['a\u0000b', '1a\ud800bc', 'ab\u200bcd'];

/** Read by rules of their own, behind which nothing of these is left. */
const READ_OTHERWISE = [
  // Cleaned before it is stored: news is not lost for a character.
  'receiveExpressStatus body event_text',
  // Times.
  'receiveExpressStatus body event_time',
  'recordReceipt body at',
  // Looked up in the file of the channels.
  'receiveFromChannel params source',
  'receiveFromChannel params token',
];

const PLACES = ['params', 'query', 'body'] as const;
const operations: readonly Operation[] = OPERATIONS;
const fields = operations
  .flatMap((operation) =>
    PLACES.flatMap((place) =>
      Object.entries<z.ZodType>(operation[place]?.shape ?? {}).map(
        ([name, field]) => [`${operation.id} ${place} ${name}`, field] as const,
      ),
    ),
  )
  .filter(([title]) => !READ_OTHERWISE.includes(title));

describe('a text that cannot be stored, or that nobody can see, is no value of', () => {
  test.each(fields)('%s', (_, field) => {
    for (const bad of BAD_TEXTS) {
      expect(field.safeParse(bad).success).toBe(false);
      // As one of several, too.
      expect(field.safeParse([bad]).success).toBe(false);
    }
  });
});
