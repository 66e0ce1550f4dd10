import type { Client } from '@temporalio/client';
import type { Router } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Alarms } from '../alarms';
import type { Config } from '../config/config';
import type { Channels } from '../intake/channels/channels';
import type { TrafficCount } from '../intake/channels/traffic';
import type { Intake } from '../intake/intake';

/** What a worker counts, to be added to what its process shows. */
export type WorkerCounts = readonly { readonly addTo: (registry: Registry) => void }[];

/** What every process has that listens. */
export interface ProcessDependencies {
  readonly config: Config;
  readonly pool: pg.Pool;
  /** Its connection may be lazy: the API starts, and says 503, while Temporal is away. */
  readonly temporal: Client;
  readonly log: Logger;
  /** How Temporal calls the worker of this process; without one, this process only takes requests. */
  readonly workerIdentity?: string;
  readonly counts?: WorkerCounts;
  /** What the watch over the database has found. */
  readonly alarms?: Alarms;
  /** Where the workers of the deliveries listen; tests have queues of their own. */
  readonly taskQueue?: string;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

/** What the API is made of. */
export interface ApiDependencies extends ProcessDependencies {
  readonly intake: Intake;
  readonly channels: Channels;
  readonly traffic: TrafficCount;
  /** The demo phone, mounted at `/demo`; on embedded parts only. */
  readonly demo?: Router;
}
