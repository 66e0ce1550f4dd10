import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { findPendingMigrations } from '../database/schema/migrate';
import type { RunningProcess } from '../process/locks';
import type { Config } from '../config/config';
import type { SupabaseKeys } from '../config/supabase-keys';
import type { Explanation } from '../shipment/explanation';

/** `problem`: something does not work, or will not. `warning`: it works, and a person should know. */
export const LEVELS = ['ok', 'warning', 'problem'] as const;
export type Level = (typeof LEVELS)[number];

/** One thing that a check has seen. No sentence ever holds a secret. */
export interface Seen {
  readonly level: Level;
  readonly message: Explanation;
  /** What a person does about it. */
  readonly fix?: Explanation;
  /** Heals it without touching a row of the shop. Returns what it did, as a sentence. */
  readonly repair?: () => Promise<Explanation>;
}

export interface Finding extends Seen {
  /** The name of the check. */
  readonly check: string;
}

export const ok = (message: Explanation): Seen => ({ level: 'ok', message });
export const warning = (message: Explanation, fix: Explanation, repair?: Seen['repair']): Seen =>
  seen('warning', message, fix, repair);
export const problem = (message: Explanation, fix: Explanation, repair?: Seen['repair']): Seen =>
  seen('problem', message, fix, repair);

/** Embedded parts run as long as Waybell does. */
export const START: Explanation = { en: 'Start Waybell (npm start).', zh: '请启动 Waybell（npm start）。' };

export const START_OR_FIX: Explanation = {
  en: 'Start Waybell, or "waybell doctor --fix".',
  zh: '请启动 Waybell，或执行 waybell doctor --fix。',
};

function seen(level: Level, message: Explanation, fix: Explanation, repair: Seen['repair']): Seen {
  return { level, message, fix, ...(repair && { repair }) };
}

/** What checks look at. Connections are opened by the first who asks, and shared. */
export interface DoctorContext {
  readonly config: Config;
  /** What is set and has no effect, a sentence each. */
  readonly idle: readonly string[];
  readonly supabase: SupabaseKeys;
  /** Waybells that use the same DATA_DIR. */
  readonly running: readonly RunningProcess[];
  /** @throws {NotReachable} */
  readonly database: () => Promise<OpenDatabase>;
  /** @throws {NotReachable} */
  readonly temporal: () => Promise<Client>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface OpenDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
}

export interface Check {
  readonly name: string;
  /** Changes nothing. What it throws is told as a problem. */
  run(context: DoctorContext): Promise<Seen[]>;
}

/** Thrown when a part does not answer. Its own check tells of it; the others say that they could not look. */
export class NotReachable extends Error {
  override readonly name = 'NotReachable';

  constructor(
    readonly part: 'PostgreSQL' | 'Temporal',
    readonly explanation: Explanation,
    /** True for an embedded part of a Waybell that is not started: nothing is wrong with that. */
    readonly isExpected: boolean,
  ) {
    super(explanation.en);
  }
}

/** Thrown where a database lacks what this release looks at. The check of the migrations tells of it. */
export class NotMigrated extends Error {
  override readonly name = 'NotMigrated';
}

/** @throws {NotMigrated} */
export async function requireMigrations(pool: pg.Pool): Promise<void> {
  if ((await findPendingMigrations(pool)).length > 0) throw new NotMigrated();
}
