import { isIP } from 'node:net';
import { z } from 'zod';

/** The kinds of settings: how the text of a variable becomes what it means. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const port = (fallback: number): z.ZodType<number> =>
  z.coerce.number().int().min(1).max(65_535).default(fallback);
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
/** Addresses and networks, such as 127.0.0.1, 10.0.0.0/8 and fd00::/8. */
export const networks = list.refine(
  (items) => items.every(isNetwork),
  'must be addresses or networks, such as 127.0.0.1 or 10.0.0.0/8',
);
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  return more.length === 0 && length > 0 && length <= bits;
}
export const duration = (unit: number, fallback: number): z.ZodType<number> =>
  z.coerce
    .number()
    .positive()
    .max((14 * DAY) / unit, 'longer than the 14 days that Temporal keeps a finished workflow')
    .default(fallback)
    .transform((count) => count * unit);
/** Ten years: whoever sets that wants to hear of everything. */
export const MAX_AGE = 3_650 * DAY;
export function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

export const jsonOf = <T extends z.ZodType>(schema: T): z.ZodType<z.output<T>> =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

/** What phones register an app as, and settings name it by. */
export const appName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_.-]+$/, 'may hold letters, digits, ., - and _ only');

/** Length of a key that nobody guesses: 24 characters are at least 96 bits in hex. */
export const MIN_SECRET_LENGTH = 24;
export const secrets = list.refine(
  (keys) => keys.length > 0 && keys.every((key) => key.length >= MIN_SECRET_LENGTH),
  `every key needs at least ${MIN_SECRET_LENGTH} characters`,
);

/** A secret of Standard Webhooks. */
export const WHSEC = {
  pattern: /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/,
  words: 'whsec_ followed by at least 24 bytes in base64',
};

/** Whether one letter is wrong, too many or missing, or two neighbours have changed places. */
export function isOneSlip(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  const [rest, otherRest] = [one.slice(start), other.slice(start)];
  const isSwapped =
    rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2);
  return (
    isSwapped ||
    rest.slice(1) === otherRest.slice(1) ||
    rest.slice(1) === otherRest ||
    rest === otherRest.slice(1)
  );
}
