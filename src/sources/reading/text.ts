import { z } from 'zod';

/**
 * One spelling for each carrier and waybill, whoever writes it. NFKC turns full-width characters, which Chinese
 * keyboards produce, into plain ones.
 */

const MAX_CARRIER_LENGTH = 64;
const MIN_TRACKING_NO_LENGTH = 4;
const MAX_TRACKING_NO_LENGTH = 64;
/** What NFKC may read: one character can become 18. */
const MAX_RAW_LENGTH = 256;

/** PostgreSQL stores no NUL and no half of a surrogate pair, and no id has a line break. */
export const printable = (text: string): boolean => !/[\p{Cc}\p{Cs}]/u.test(text);

/** One line of at most `maxLength` characters, cut by code point, without control characters. */
export function plainText(text: string, maxLength: number): string {
  // Cut first: what follows must not cost more for a megabyte than for a line.
  const near = text.slice(0, maxLength * 4).toWellFormed();
  const line = near.replace(/\p{Cc}+/gu, ' ').trim();
  return line.length <= maxLength ? line : [...line].slice(0, maxLength).join('');
}

export const carrierField = z
  .string()
  .max(MAX_RAW_LENGTH)
  .transform((text) => text.normalize('NFKC').trim().toLowerCase())
  .pipe(
    z
      .string()
      .min(1, 'must not be empty')
      .max(MAX_CARRIER_LENGTH)
      .refine(printable, 'must not hold control characters'),
  )
  .describe(`1–${MAX_CARRIER_LENGTH} characters in any spelling; stored in lower case.`);

export const trackingNoField = z
  .string()
  .max(MAX_RAW_LENGTH)
  .transform((text) => text.normalize('NFKC').replace(/\s+/g, '').toUpperCase())
  .pipe(
    z
      .string()
      .min(MIN_TRACKING_NO_LENGTH)
      .max(MAX_TRACKING_NO_LENGTH)
      .regex(/^[A-Z0-9_-]+$/, 'may hold letters, digits, - and _ only'),
  )
  .describe(
    `${MIN_TRACKING_NO_LENGTH}–${MAX_TRACKING_NO_LENGTH} letters, digits, \`-\` and \`_\`; white space is dropped, stored in upper case.`,
  );
