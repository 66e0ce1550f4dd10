import { z } from 'zod';
import { dayOf, endOfDay } from '../shipment/shop-day';
import { DAY } from './setting-fields';

/** `2027-02-30` is no day, though a clock would take it for one in March. */
function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** The setting of the time in which apps of yesterday may go on. */
export const graceFields = {
  ANONYMOUS_REGISTRATION_UNTIL: z
    .string()
    .refine(isDay, 'must be the last day on which it is allowed, such as 2027-01-31')
    .optional(),
};

/** Apps that show neither a key nor a token register phones until then, as they did with the old system. */
export interface RegistrationGrace {
  /** The last day, as it was set. */
  readonly lastDay: string;
  /** The end of that day in the zone of the shop; milliseconds since 1970. */
  readonly endsAt: number;
}

export function graceOf(
  { ANONYMOUS_REGISTRATION_UNTIL: lastDay }: z.infer<z.ZodObject<typeof graceFields>>,
  zone: string,
): RegistrationGrace | undefined {
  if (lastDay === undefined) return undefined;
  // Midnight in UTC is that day in every zone to the east, and noon in every zone to the west.
  const inIt = ['00:00', '12:00'].map((time) => `${lastDay}T${time}:00Z`);
  const [iso = ''] = inIt.filter((at) => dayOf(zone, at) === Date.parse(`${lastDay}T00:00:00Z`) / DAY);
  return { lastDay, endsAt: endOfDay(zone, iso) };
}

/** Each line names the variable to change. */
export function graceContradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  const { ANONYMOUS_REGISTRATION_UNTIL: lastDay, DEVICE_REGISTRATION: mode, DATABASE_URL: database } = given;
  const isOpen = mode === 'open' || (mode === undefined && database === undefined);
  return lastDay !== undefined && isOpen
    ? [
        'ANONYMOUS_REGISTRATION_UNTIL: needs DEVICE_REGISTRATION=key or jwt, since open asks nobody for a token',
      ]
    : [];
}
