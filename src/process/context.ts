import type { Client } from '@temporalio/client';
import type { Config } from '../config/config';
import type { Logs } from '../log';
import type { Role } from './locks';
import type { Supervisor } from './supervisor';

/** What every part of the way up needs to know. */
export interface BringUp {
  readonly config: Config;
  readonly role: Role;
  readonly background: boolean;
  readonly logs: Logs;
  /** Gets everything that runs, at once, so that a later failure stops what is up. */
  readonly supervisor: Supervisor;
  /** Ends the rest of the way up. */
  readonly signal: AbortSignal;
}

/** Temporal, connected. */
export interface TemporalUp {
  readonly client: Client;
  readonly embedded: EmbeddedServer | undefined;
}

export interface EmbeddedServer {
  readonly cli: string;
}
