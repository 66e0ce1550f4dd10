import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../setup/database';
import { DATABASE_KINDS } from '../../setup/run-info';
import { askEverything } from './everything-asked';
import { fillOldShop, GROWING } from './old-shop';
import { findPlaces, recordStatements, wholeReads, type Statement } from './statements';

interface Exception {
  /** What it may read the whole of; anything else fails. */
  readonly may: readonly string[];
  readonly because: string;
}

const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  'ledger.ts selectLedger': {
    may: GROWING.map((table) => `all of ${table}`).concat('all of express_updates_pkey'),
    because:
      'accounts for everything since a moment that a person names; 20 s at most, beside the deliveries',
  },
  'erasure-parcels.ts listErasureParcels': {
    may: ['all of ml_orders', 'all of platform_express_waybills', 'all of platform_express_waybills_pkey'],
    because:
      'finds the orders of a buyer, by whom the shop may have no index: once for an erasure, 2 minutes at most',
  },
  'old-queue.ts lockQueuePage': {
    may: GROWING.map((table) => `all of ${table}`),
    because: 'a change of systems: each table is read once a page, not once a row (old-queue-plan.test.ts)',
  },
  'webhook-archive.ts findLastBeyond': {
    may: ['all of webhooks', 'all of webhooks_pkey'],
    because:
      'adds up the sizes of the archive, where it is larger than the setting: once an hour, 2 minutes at most',
  },
  'webhook-archive.ts selectWebhooks': {
    may: ['all of webhooks_pkey', 'all of webhooks_flawed'],
    because:
      'walks in the order of the page and stops when it is full: a source that is rare is found by (source, id)',
  },
};

/** Indexes that hold only what is under way, or does not grow, however old the shop is. */
const SMALL_INDEXES = [
  'express_updates_open',
  'queue_imports_unstarted',
  'webhooks_kept',
  'bulk_retries_open',
  // Phones of apps that have yet to be updated: a person asks the doctor.
  'push_devices_tokenless',
];

/** Read from the product itself: whatever it asks is noted where it passes, and explained afterwards. */
describe.each(DATABASE_KINDS)('every statement, over a year of parcels (%s database)', (kind) => {
  let db: TestDatabase;
  let client: pg.PoolClient;
  let statements: Statement[];

  beforeAll(async () => {
    db = await createTestDatabase(kind);
    await fillOldShop(db.pool, kind);
    client = await db.pool.connect();
    await client.query('begin');
    const { recorded, statements: seen } = recordStatements(client);
    await askEverything(recorded, kind);
    statements = seen();
    // A page of the old queue switches it off until the end of its transaction.
    await client.query('set local enable_nestloop = on');
  });
  afterAll(async () => {
    await client.query('rollback');
    client.release();
    await db.drop();
  });

  test('is asked here', () => {
    const asked = new Set(statements.map(({ at }) => at));
    const missing = findPlaces().filter(({ at, name }) => {
      const isOldSystems = /^(old-queue|compare)\.ts/.test(name);
      return !asked.has(at) && (kind === 'seed' || !isOldSystems) && !ONLY_IN[kind].includes(name);
    });
    expect(missing).toEqual([]);
  });

  test('finds its rows by an index, with a plan for its values and with a generic one', async () => {
    const places = new Map(findPlaces().map(({ at, name }) => [at, name]));
    const found: string[] = [];
    for (const statement of statements) {
      const name = places.get(statement.at) ?? statement.at;
      const may = EXCEPTIONS[name]?.may ?? [];
      const whole = (await wholeReads(client, statement, GROWING, SMALL_INDEXES)).filter(
        (read) => !may.includes(read),
      );
      if (whole.length > 0)
        found.push(`${name} reads ${whole.join(' and ')}: ${statement.text.slice(0, 200)}`);
    }
    expect(found).toEqual([]);
  });
});

/** What one kind of database never asks: a cid moves to another app only where the old system's key is. */
const ONLY_IN: Readonly<Record<(typeof DATABASE_KINDS)[number], readonly string[]>> = {
  embedded: ['devices.ts writeAnywhere'],
  seed: [],
};
