import { DateTime } from 'luxon';
import { say, spokenLanguage } from './language';

/** Times for people, in the zone of this machine. `--json` has them as ISO 8601. */

export type Moment = Date | string | number;

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

export function clock(at: Moment): string {
  return DateTime.fromJSDate(new Date(at)).toFormat('yyyy-MM-dd HH:mm');
}

/** `2 min ago`, `in 3 days`. */
export function fromNow(at: Moment, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1_000;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  const words = new Intl.RelativeTimeFormat(spokenLanguage(), { style: 'short' });
  return words.format(Math.trunc(seconds / length), unit).replace('.', '');
}

/** `2026-03-02 10:00 (2 min ago)`. */
export function moment(at: Moment, now = Date.now()): string {
  const far = fromNow(at, now);
  return say({ en: `${clock(at)} (${far})`, zh: `${clock(at)}（${far}）` });
}
