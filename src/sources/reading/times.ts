import { DateTime } from 'luxon';

/** Carriers that name no offset mean Chinese time. */
const ZONE_WITHOUT_OFFSET = 'Asia/Shanghai';

/** No parcel in use is older. A zero or a swapped day ends up before it. */
const EARLIEST = Date.UTC(2000, 0, 1);

/** Clocks run ahead and offsets get lost, but never by more than a day; milliseconds. */
const MAX_AHEAD_MS = 24 * 60 * 60 * 1000;

/** A date and a time, joined by T or a space, dashes or slashes; seconds, fraction and offset may be absent. */
const SHAPE =
  /^(\d{4})([-/])(\d{2})\2(\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

/** The farthest place from Greenwich is Kiribati, at +14:00. */
const OFFSET = /^(?:Z|[+-](?:(?:0\d|1[0-3])(?::?[0-5]\d)?|14(?::?00)?))$/i;

/** Whether an offset from UTC, with its sign and two digits for the hours, is one of a place. */
export function isOffset(offset: string): boolean {
  return OFFSET.test(offset);
}

export type EventTime = { readonly time: string } | { readonly problem: string };

const DATE_ALONE = /^\d{4}([-/])\d{2}\1\d{2}$/;

/** As `readEventTime`, in `zone` when no offset is given; a date without a time is its midnight. */
export function readScanTime(text: string, now: number, zone: string): EventTime {
  const trimmed = text.trim();
  if (trimmed === '') return { problem: 'is missing' };
  return readEventTime(DATE_ALONE.test(trimmed) ? `${trimmed} 00:00:00` : trimmed, now, zone);
}

/**
 * Reads the time of a scan. Never `new Date(text)`: that takes the server's own zone when no offset is given,
 * and rolls 31 February over to March.
 * @returns `time` as ISO 8601 in UTC with milliseconds, or the `problem`
 */
export function readEventTime(text: string, now: number, zone = ZONE_WITHOUT_OFFSET): EventTime {
  const match = SHAPE.exec(text.trim());
  if (!match) {
    return {
      problem: `must be ISO 8601, yyyy-MM-dd HH:mm:ss or yyyy/MM/dd HH:mm:ss; without an offset it is read as ${zone === ZONE_WITHOUT_OFFSET ? '+08:00' : zone}`,
    };
  }
  const [, year, , month, day, clock, offset = ''] = match;
  if (offset !== '' && !isOffset(offset)) return { problem: 'has an offset that no place has' };
  const iso = `${year}-${month}-${day}T${clock}${offset.toUpperCase()}`;
  const time = DateTime.fromISO(iso, { zone });
  if (!time.isValid) return { problem: 'is not a date and time that exists' };
  if (time.toMillis() < EARLIEST) return { problem: 'lies before the year 2000' };
  if (time.toMillis() > now + MAX_AHEAD_MS) return { problem: 'lies more than 24 hours ahead' };
  return { time: time.toUTC().toISO() };
}

/**
 * The time of Chinese carriers, who name no offset. Not `Asia/Shanghai`: China has had one offset since 1991, and to
 * look a zone up for each of 10,000 scans takes most of a second.
 */
export const CHINA_TIME = 'UTC+8';
