import type { Client } from '@temporalio/client';
import type { Router } from 'express';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config';

/** What the API is made of. */
export interface ApiDependencies {
  readonly config: Config;
  readonly pool: pg.Pool;
  /** Its connection may be lazy: the API starts, and says 503, while Temporal is away. */
  readonly temporal: Client;
  readonly log: Logger;
  /** The demo phone, mounted at `/demo`; on embedded parts only. */
  readonly demo?: Router;
  /** Where the workers of the deliveries listen; tests have queues of their own. */
  readonly taskQueue?: string;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}
