/** `problem`: something does not work, or will not. `warning`: it works, and a person should know. */
export const LEVELS = ['ok', 'warning', 'problem'] as const;
export type Level = (typeof LEVELS)[number];

/** One thing that a check has seen. No sentence ever holds a secret. */
export interface Seen {
  readonly level: Level;
  readonly message: string;
  /** What a person does about it. */
  readonly fix?: string;
  /** Heals it without touching a row of the shop. Returns what it did, as a sentence. */
  readonly repair?: () => Promise<string>;
}

export interface Finding extends Seen {
  /** The name of the check. */
  readonly check: string;
}

export const ok = (message: string): Seen => ({ level: 'ok', message });
export const warning = (message: string, fix: string, repair?: Seen['repair']): Seen =>
  seen('warning', message, fix, repair);
export const problem = (message: string, fix: string, repair?: Seen['repair']): Seen =>
  seen('problem', message, fix, repair);

function seen(level: Level, message: string, fix: string, repair: Seen['repair']): Seen {
  return { level, message, fix, ...(repair && { repair }) };
}
