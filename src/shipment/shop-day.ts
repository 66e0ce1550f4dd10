const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes some milliseconds; a process has one zone. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, made);
  return made;
}

/** What the clock on the wall shows, as if it were UTC; milliseconds. */
function wallClock(zone: string, at: number): number {
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
}

const DAY_MS = 86_400_000;

/** The day that a moment belongs to in a zone; grows by one from day to day. */
export function dayOf(zone: string, iso: string): number {
  return Math.floor(wallClock(zone, Date.parse(iso)) / DAY_MS);
}

/** The first moment after the day that a moment belongs to in a zone; milliseconds since 1970. */
export function endOfDay(zone: string, iso: string): number {
  const at = Math.floor(Date.parse(iso) / 1000) * 1000;
  const midnight = (dayOf(zone, iso) + 1) * DAY_MS;
  const guess = at + midnight - wallClock(zone, at);
  // A day on which the clocks change has 23 or 25 hours.
  return guess + midnight - wallClock(zone, guess);
}
