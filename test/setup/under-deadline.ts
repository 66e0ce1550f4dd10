import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from '@temporalio/client';
import type pg from 'pg';

/** A database and a Temporal client, and how often one was asked while a deadline for the other ran. */
export interface UnderDeadline {
  readonly pool: pg.Pool;
  readonly temporal: Client;
  /** Deadlines that were set for Temporal. */
  deadlines(): number;
  /** Transactions that began while such a deadline ran: a slow one would let Temporal seem to be away. */
  transactions(): number;
}

export function watchDeadlines(parts: { readonly pool: pg.Pool; readonly temporal: Client }): UnderDeadline {
  const running = new AsyncLocalStorage<true>();
  let deadlines = 0;
  let transactions = 0;
  const temporal = Object.create(parts.temporal) as Client;
  temporal.withDeadline = (deadline, ask) => {
    deadlines += 1;
    return parts.temporal.withDeadline(deadline, () => running.run(true, ask));
  };
  const pool = Object.create(parts.pool) as pg.Pool;
  pool.connect = (() => {
    if (running.getStore()) transactions += 1;
    return parts.pool.connect();
  }) as pg.Pool['connect'];
  return { pool, temporal, deadlines: () => deadlines, transactions: () => transactions };
}
