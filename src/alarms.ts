import type { Logger } from 'pino';

/** What can go wrong in a process that runs on, each under the name that metrics and `/readyz` show. */
export const ALARM_NAMES = [
  'rows-hidden',
  'grant-missing',
  'permission-refused',
  'tables-changed',
  'migration-missing',
  'unique-key-missing',
  'old-queue-fed',
  'provider-down',
  'webhooks-refused',
  'receiver-refuses',
  'build-not-current',
  'database-away',
  'temporal-away',
  'worker-missing',
  'sweep-missing',
  'journal-stuck',
  'journal-silent',
  'provider-held',
  'deactivation-held',
  'deliveries-overdue',
  'too-many-wait',
] as const;
export type AlarmName = (typeof ALARM_NAMES)[number];

/** One thing that is wrong, of those that an alarm is about. */
export interface Trouble {
  /** Which provider, channel or kind; `''` where the alarm knows one only. */
  readonly subject: string;
  /** What does not change as long as it goes on: the log hears of each change. */
  readonly sentence: string;
  /** What changes, such as a count. */
  readonly detail?: string;
}

export interface RaisedAlarm extends Trouble {
  readonly name: AlarmName;
}

/** What is wrong now. The log hears of each change once. */
export interface Alarms {
  /** Sentences about one alarm; none when it is healed. */
  set(name: AlarmName, sentences: readonly string[]): void;
  /** The same, where an alarm is about several things that come and go by themselves. */
  setEach(name: AlarmName, troubles: readonly Trouble[]): void;
  /** The names of those that are on. */
  active(): AlarmName[];
  /** Those that are on, and what they are about. */
  raised(): RaisedAlarm[];
  /** The names about which somebody has said within so many milliseconds whether they are on or off. */
  judged(withinMs: number): AlarmName[];
}

export function createAlarms(log: Logger): Alarms {
  const on = new Map<AlarmName, readonly Trouble[]>();
  const saidAt = new Map<AlarmName, number>();
  const wordsOf = (troubles: readonly Trouble[] = []): string =>
    troubles.map(({ sentence }) => sentence).join(' ');

  function setEach(name: AlarmName, troubles: readonly Trouble[]): void {
    const before = wordsOf(on.get(name));
    const words = wordsOf(troubles);
    saidAt.set(name, performance.now());
    if (words === '') on.delete(name);
    else on.set(name, troubles);
    if (words === before) return;
    if (words === '') log.warn({ alarm: name }, `alarm over: ${name}`);
    else log.error({ alarm: name }, `alarm: ${name}: ${words}`);
  }

  return {
    set: (name, sentences) => {
      setEach(name, sentences.length === 0 ? [] : [{ subject: '', sentence: sentences.join(' ') }]);
    },
    setEach,
    active: () => ALARM_NAMES.filter((name) => on.has(name)),
    raised: () => [...on].flatMap(([name, troubles]) => troubles.map((trouble) => ({ name, ...trouble }))),
    judged: (withinMs) =>
      [...saidAt].flatMap(([name, at]) => (performance.now() - at <= withinMs ? [name] : [])),
  };
}
