import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { AlarmName, Alarms, Trouble } from '../alarms';
import {
  findAccessProblems,
  findMissingColumns,
  findMissingKeys,
  findQueueFeeders,
  type ShopCheck,
} from '../database/schema/check-shop';
import { findPendingMigrations } from '../database/schema/migrate';
import { listChannelTraffic } from '../database/channel-traffic';
import {
  inTransaction,
  isPermissionRefusal,
  PERMISSION_REFUSED,
  type PermissionRefusal,
} from '../database/pool';
import { inEnglish } from '../shipment/explanation';
import { refusingChannels } from './refusing-channels';

/** A look is half a dozen reads of the catalogue. With the slowest one after it an alarm is on within 30 s. */
const INTERVAL_MS = 20_000;
/** A connection into nowhere never fails by itself. */
const LOOK_DEADLINE_MS = 10_000;

export interface DriftWatchParts extends ShopCheck {
  readonly pool: pg.Pool;
  readonly alarms: Alarms;
  readonly log: Logger;
  readonly intervalMs?: number;
}

export interface DriftWatch {
  stop(): Promise<void>;
}

/**
 * Looks again and again whether the database still lets us see and do what the start has found: row-level security
 * that was switched on, or a grant that was revoked, would otherwise look as if there were nobody to push to. A
 * statement that is refused (42501) raises its alarm at once. And whether the channels take what comes, as all API
 * processes have counted it there.
 */
export function watchDrift(parts: DriftWatchParts): DriftWatch {
  const { pool, alarms, log, intervalMs = INTERVAL_MS } = parts;
  const stopped = new AbortController();
  let hurry = new AbortController();
  let refusedAt = -Infinity;

  function onRefusal(message: unknown): void {
    const refusal = message as PermissionRefusal;
    if (refusal.pool !== pool) return;
    refusedAt = performance.now();
    if (alarms.active().includes('permission-refused')) return;
    alarms.set('permission-refused', [`PostgreSQL refused a statement (42501): ${refusal.message}.`]);
    // A look says more than the refusal.
    hurry.abort();
  }

  async function lookOnce(): Promise<void> {
    try {
      const { sentences, refusing } = await withinDeadline(findDrift(parts));
      for (const [name, words] of Object.entries(sentences)) alarms.set(name as AlarmName, words);
      alarms.setEach('webhooks-refused', refusing);
      if (performance.now() - refusedAt > intervalMs) alarms.set('permission-refused', []);
    } catch (error) {
      // Whether PostgreSQL answers at all, the alarm database-away says; what was wrong stays wrong.
      log.debug({ err: error }, 'the database could not be looked at');
    }
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      hurry = new AbortController();
      await lookOnce();
      const woken = AbortSignal.any([stopped.signal, hurry.signal]);
      await delay(intervalMs, undefined, { signal: woken, ref: false }).catch(() => undefined);
    }
  }

  subscribe(PERMISSION_REFUSED, onRefusal);
  const running = run();
  return {
    async stop() {
      unsubscribe(PERMISSION_REFUSED, onRefusal);
      stopped.abort();
      await running;
    },
  };
}

/** What the database shows; the other alarms are told by those who see them. */
interface Drift {
  readonly sentences: Readonly<
    Record<
      | 'rows-hidden'
      | 'grant-missing'
      | 'tables-changed'
      | 'migration-missing'
      | 'unique-key-missing'
      | 'old-queue-fed',
      readonly string[]
    >
  >;
  readonly refusing: readonly Trouble[];
}

async function findDrift({ pool, ...check }: DriftWatchParts): Promise<Drift> {
  const refusals: string[] = [];
  // A schema that is closed to the role refuses the look itself.
  const unlessRefused = <T>(look: Promise<T[]>): Promise<T[]> =>
    look.catch((error: unknown) => {
      if (!isPermissionRefusal(error)) throw error;
      refusals.push(`The look was refused (error 42501): ${error.message}.`);
      return [];
    });
  const [access, columns, feeders, keys, migrations] = await Promise.all([
    unlessRefused(findAccessProblems(pool, check.shopTables)),
    unlessRefused(findMissingColumns(pool, check.shopTables)),
    unlessRefused(findQueueFeeders(pool, check)),
    unlessRefused(findMissingKeys(pool)),
    unlessRefused(findPendingMigrations(pool)),
  ]);
  // Before the migration nobody can count anything.
  const traffic = migrations.length > 0 ? [] : await unlessRefused(inTransaction(pool, listChannelTraffic));
  const about = (kind: (typeof access)[number]['kind']): string[] =>
    access.filter((problem) => problem.kind === kind).map(({ sentence }) => sentence.en);
  return {
    sentences: {
      'rows-hidden': [...about('stale'), ...about('hidden')],
      'grant-missing': [...new Set([...about('grant'), ...refusals])],
      'tables-changed': columns.length > 0 ? inEnglish(columns) : about('missing'),
      'migration-missing':
        migrations.length === 0 ? [] : [`Migrations are missing: ${migrations.join(', ')}.`],
      'unique-key-missing': keys.map(
        ({ table, columns: key }) =>
          `${table} lacks its plain unique index on (${key.join(', ')}) (error 42P10).`,
      ),
      'old-queue-fed': inEnglish(feeders),
    },
    refusing: refusingChannels(traffic, Date.now()),
  };
}

async function withinDeadline<T>(look: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const tooLate = delay(LOOK_DEADLINE_MS, undefined, { signal: ended.signal, ref: false }).then(() => {
    throw new Error(`no answer within ${LOOK_DEADLINE_MS} ms`);
  });
  try {
    return await Promise.race([look, tooLate]);
  } finally {
    ended.abort();
    tooLate.catch(() => undefined);
  }
}
