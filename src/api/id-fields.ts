import { z } from 'zod';
import { printable } from '../sources/reading/text';

const MAX_ID_LENGTH = 128;

/** An id that is always text. */
export const textId = z
  .string()
  .min(1)
  .max(MAX_ID_LENGTH)
  .refine(printable, 'must not hold control characters');

/** Ids of a shop may be numbers in its database, and so in its JSON. */
const textOrNumber = z.union(
  [z.string().max(MAX_ID_LENGTH), z.int()],
  `must be text of at most ${MAX_ID_LENGTH} characters, or a whole number`,
);

/** An id of the shop: text, uuid or number. */
export const requiredId = textOrNumber.transform(String).pipe(textId);

/** As `requiredId`; apps send null and '' for "none". */
export const optionalId = textOrNumber
  .nullish()
  .transform((id) => (id === null || id === undefined || id === '' ? undefined : String(id)))
  .pipe(textId.optional());

/** Words of a person: kept in a history, shown to others. */
export const words = (maxLength: number): z.ZodString =>
  z.string().min(1).max(maxLength).refine(printable, 'must not hold control characters');
