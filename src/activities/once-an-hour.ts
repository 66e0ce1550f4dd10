/** What stands in every order is told of so often; milliseconds. */
const TOLD_AGAIN_AFTER_MS = 3_600_000;
/** What is remembered: a column that holds something else has endless words. */
const MOST_REMEMBERED = 200;

/**
 * Remembers what the log was told of. For what is to be told now, how often it was met since it was told last; `null`
 * for what was told within the hour.
 */
export function createOnceAnHour(now = Date.now): (what: string) => number | null {
  const told = new Map<string, { at: number; times: number }>();
  const isRecent = ({ at }: { at: number }): boolean => now() - at < TOLD_AGAIN_AFTER_MS;
  return (what) => {
    const before = told.get(what);
    if (before !== undefined && isRecent(before)) {
      before.times += 1;
      return null;
    }
    if (before === undefined && told.size >= MOST_REMEMBERED) {
      for (const [old, its] of told) if (!isRecent(its)) told.delete(old);
      if (told.size >= MOST_REMEMBERED) return null;
    }
    told.set(what, { at: now(), times: 0 });
    return (before?.times ?? 0) + 1;
  };
}
