import { z } from 'zod';

/** Fields that many answers have. */

/** What every answer that is not a refusal begins with. */
export const ok = z.literal(true);

/** A moment: a `Date` in our hands, ISO 8601 in UTC on the wire, from which who asks reads it as it is. */
export const moment = z
  .union([z.date().transform((date) => date.toISOString()), z.string()])
  .pipe(z.iso.datetime());

export const count = z.int().nonnegative();

export const woken = count.describe('How many deliveries waited for this, and go on now.');

export const temporalUi = z
  .url()
  .nullable()
  .describe('The delivery in the Temporal UI; `null` where `TEMPORAL_UI_URL` does not say where that is.');
