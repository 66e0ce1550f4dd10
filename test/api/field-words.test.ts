import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { checkFields } from '../../src/api/request-input';

const schema = z.object({
  count: z.number().int().min(1).max(200).optional(),
  words: z.string().min(1).max(10).optional(),
  list: z.array(z.string()).min(2).max(3).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  kind: z.enum(['one', 'two']).optional(),
  flag: z.boolean().optional(),
  id: z.string().regex(/^a/, 'must begin with a').optional(),
});

describe('a field that is wrong', () => {
  test.each([
    [{ count: 0 }, 'count: must be at least 1'],
    [{ count: 201 }, 'count: must be at most 200'],
    [{ count: 1.5 }, 'count: must be a whole number'],
    [{ count: 'x' }, 'count: must be a number'],
    [{ words: '' }, 'words: must not be empty'],
    [{ words: 'x'.repeat(11) }, 'words: must have at most 10 characters'],
    [{ list: ['a'] }, 'list: must have at least 2 entries'],
    [{ list: 'a' }, 'list: must be a list'],
    [{ since: 'x' }, 'since: must be a time in ISO 8601 with an offset, such as 2026-03-02T10:00:00Z'],
    [{ kind: 'three' }, 'kind: must be one or two'],
    [{ flag: 1 }, 'flag: must be true or false'],
    [{ id: 'b' }, 'id: must begin with a'],
  ])('%j is told in words', (fields, message) => {
    expect(() => checkFields(schema, fields)).toThrow(message);
  });

  test('that is missing is told so', () => {
    expect(() => checkFields(z.object({ cid: z.string() }), {})).toThrow('cid: is required');
  });
});
