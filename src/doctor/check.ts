import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { RunningProcess } from '../cli/running-processes';
import type { Config } from '../config/config';
import type { SupabaseKeys } from '../config/supabase-keys';
import type { Seen } from './finding';

/** What checks look at. Connections are opened by the first who asks, and shared. */
export interface DoctorContext {
  readonly config: Config;
  /** Settings of the old system that are still set, a sentence each. */
  readonly obsolete: readonly string[];
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
    message: string,
    /** True for an embedded part of a Waybell that is not started: nothing is wrong with that. */
    readonly isExpected: boolean,
  ) {
    super(message);
  }
}
