import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Receiver } from '../config/status-webhooks';
import { inTransaction } from '../database/pool';
import { selectChangesAfter, type StatusChange } from '../database/status-changes';
import {
  addReceiver,
  endLease,
  leaseReceiver,
  writeRefusal,
  writeTaken,
  type Lease,
} from '../database/status-receivers';
import { every, type Repeated } from '../every';
import { ANSWER_MS, tellChange } from './send';

/** How soon a change is told; a look that finds nothing reads two rows. */
const INTERVAL_MS = 1_000;
/** The longest request, the writes around it, and what a busy machine needs more. */
const LEASE_MS = 3 * ANSWER_MS;
/** Read at once. */
const PAGE = 100;

export interface TellingParts {
  readonly pool: pg.Pool;
  readonly receiver: Receiver;
  readonly privateHosts: readonly string[];
  readonly log: Logger;
  readonly intervalMs?: number;
  readonly answerMs?: number;
  readonly leaseMs?: number;
}

/**
 * Tells a receiver each change of a status, one after the other in the order in which they were written, and the next
 * one only when it has taken the one before. How far it is stands in PostgreSQL: of all processes the one with the
 * lease tells it, and where that one dies another goes on. Each receiver has a loop of its own, so that none waits for
 * another, and no delivery for any.
 */
export function tellReceiver(parts: TellingParts): Repeated {
  const { pool, receiver, log, intervalMs = INTERVAL_MS, leaseMs = LEASE_MS } = parts;
  const { id } = receiver;
  let isKnown = false;
  let isHindered = false;

  return every(intervalMs, async (stopped) => {
    const lease: Lease = { id: randomUUID(), ms: leaseMs };
    try {
      if (!isKnown) await inTransaction(pool, (db) => addReceiver(db, id));
      isKnown = true;
      const leased = await inTransaction(pool, (db) => leaseReceiver(db, id, lease));
      if (leased === null) return;
      const isOurs = await tellAll(leased.position, leased.failures, lease, stopped);
      if (isOurs) await inTransaction(pool, (db) => endLease(db, id, lease));
      isHindered = false;
    } catch (error) {
      // Once, not every second. Whether PostgreSQL answers at all, the alarm database-away says.
      const level = isHindered ? 'debug' : 'warn';
      log[level](
        { err: error, receiver: id },
        'a receiver cannot be told: its changes could not be read or noted',
      );
      isHindered = true;
    }
  });

  /** @returns whether the lease is still to be given back */
  async function tellAll(from: number, before: number, lease: Lease, stopped: AbortSignal): Promise<boolean> {
    let position = from;
    let failures = before;
    for (;;) {
      const changes = await inTransaction(pool, (db) => selectChangesAfter(db, position, PAGE));
      for (const change of changes) {
        if (stopped.aborted) return true;
        if (!(await tell(change, failures, lease, stopped))) return stopped.aborted;
        position = change.position;
        failures = 0;
      }
      if (changes.length < PAGE) return true;
    }
  }

  /** @returns whether the next one may be told */
  async function tell(
    change: StatusChange,
    failures: number,
    lease: Lease,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { privateHosts, answerMs } = parts;
    const refusal = await tellChange(receiver, change, { privateHosts, failures, signal, answerMs });
    if (refusal === null) return inTransaction(pool, (db) => writeTaken(db, id, lease, change.position));
    // A process that ends gives up its request: that is no word of the receiver.
    if (signal.aborted) return false;
    await inTransaction(pool, (db) => writeRefusal(db, id, lease, refusal));
    log.warn({ receiver: id, words: refusal.words }, 'a receiver did not take a change of a status');
    return false;
  }
}
