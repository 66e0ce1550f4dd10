import { z } from 'zod';
import { MOST_PICKUP_CODES } from '../shipment/masking/pickup-codes';

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

export const pickupCodes = z
  .array(z.string())
  .min(1)
  .max(MOST_PICKUP_CODES)
  .nullable()
  .describe(
    'With what this parcel is collected, for the buyer alone: to their own access token, while it waits. `null` everywhere else.',
  );
