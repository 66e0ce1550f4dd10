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
  return (what) => {
    const before = told.get(what);
    if (before !== undefined && now() - before.at < TOLD_AGAIN_AFTER_MS) {
      before.times += 1;
      return null;
    }
    if (before === undefined && told.size >= MOST_REMEMBERED) return null;
    told.set(what, { at: now(), times: 0 });
    return (before?.times ?? 0) + 1;
  };
}
