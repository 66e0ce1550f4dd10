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
  'build-not-current',
] as const;
export type AlarmName = (typeof ALARM_NAMES)[number];

/** What is wrong now. The log hears of each change once. */
export interface Alarms {
  /** Sentences about one alarm; none when it is healed. */
  set(name: AlarmName, sentences: readonly string[]): void;
  /** The names of those that are on. */
  active(): AlarmName[];
}

export function createAlarms(log: Logger): Alarms {
  const on = new Map<AlarmName, string>();
  return {
    set(name, sentences) {
      const words = sentences.join(' ');
      if ((on.get(name) ?? '') === words) return;
      if (words === '') {
        on.delete(name);
        log.warn({ alarm: name }, `alarm over: ${name}`);
      } else {
        on.set(name, words);
        log.error({ alarm: name }, `alarm: ${name}: ${words}`);
      }
    },
    active: () => ALARM_NAMES.filter((name) => on.has(name)),
  };
}
