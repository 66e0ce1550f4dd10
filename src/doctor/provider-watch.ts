import type pg from 'pg';
import type { Logger } from 'pino';
import type { Alarms } from '../alarms';
import { inTransaction } from '../database/pool';
import { listOutages } from '../database/provider-failures';
import { every, type Repeated } from '../every';
import { describeOutage } from '../shipment/provider-outage';

/** A look reads a table of a few rows, and an alarm is on within a minute of the third failure also when one is late. */
const INTERVAL_MS = 20_000;

export interface ProviderWatchParts {
  readonly pool: pg.Pool;
  readonly alarms: Alarms;
  readonly log: Logger;
  readonly intervalMs?: number;
}

/**
 * Looks again and again which push providers are down. Workers write it, and every process raises the alarm: also one
 * that only takes requests, which is asked by `status`, and one whose own pushes go through.
 */
export function watchProviders({
  pool,
  alarms,
  log,
  intervalMs = INTERVAL_MS,
}: ProviderWatchParts): Repeated {
  return every(intervalMs, async () => {
    try {
      const outages = await inTransaction(pool, listOutages);
      alarms.setEach(
        'provider-down',
        outages.map((one) => ({ subject: one.provider, sentence: `${describeOutage(one).en}.` })),
      );
    } catch (error) {
      // Whether PostgreSQL answers at all, the alarm database-away says; what was down stays down.
      log.debug({ err: error }, 'which providers are down could not be read');
    }
  });
}
