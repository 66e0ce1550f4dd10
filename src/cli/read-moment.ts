import { InvalidArgumentError } from 'commander';
import { DateTime } from 'luxon';
import { say } from './language';

const UNIT_MS = { m: 60_000, h: 60 * 60_000, d: 24 * 60 * 60_000 } as const;

/**
 * Reads a point in time as people type it: `36h` ago, or ISO 8601, in the zone of this machine when it names none.
 * @throws {InvalidArgumentError} for anything else
 */
export function readMoment(text: string): Date {
  const ago = /^(\d{1,5})([mhd])$/.exec(text);
  if (ago) return new Date(Date.now() - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS]);
  const moment = DateTime.fromISO(text);
  if (!moment.isValid)
    throw new InvalidArgumentError(
      say({
        en: 'write 36h, 7d, 2026-03-02 or 2026-03-02T10:00:00+08:00.',
        zh: '请写 36h、7d、2026-03-02 或 2026-03-02T10:00:00+08:00。',
      }),
    );
  return moment.toJSDate();
}
