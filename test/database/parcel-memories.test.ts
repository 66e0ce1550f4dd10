import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import pino from 'pino';
import { createPersistWaybill } from '../../src/activities/persist-waybill';
import { loadConfig } from '../../src/config/config';
import { foldParcels, listOldParcels, reduceMemories } from '../../src/database/parcel-memories';
import { inTransaction } from '../../src/database/pool';
import { closeOpenUpdate } from '../../src/database/updates';
import { messageId } from '../../src/shipment/message-id';
import type { Decision } from '../../src/shipment/delivery';
import type { ShipmentStatus } from '../../src/shipment/status';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { createTestDatabase, type TestDatabase } from '../setup/database';
import { shipmentUpdate } from '../setup/delivery-lab';
import { DATABASE_KINDS } from '../setup/run-info';
import { ANY_AGE } from '../setup/any-age';

const { shopTables, retention } = loadConfig({});
const YEAR_H = 365 * 24;

type Scan = readonly [ShipmentStatus | 'unheard-of', number];

describe.each(DATABASE_KINDS)('a parcel whose rows were deleted (%s database)', (kind) => {
  let db: TestDatabase;
  let decide: (workflowId: string, update: ShipmentUpdate) => Promise<Decision>;
  const persist = (trackingNo: string, name: string, scans: readonly Scan[]): Promise<Decision> =>
    decide(`${trackingNo}/${name}`, shipmentUpdate(trackingNo, scans));

  beforeAll(async () => {
    db = await createTestDatabase(kind);
    const persistWaybill = createPersistWaybill({
      ...{
        pool: db.pool,
        shopTables,
        retention,
        carriers: loadConfig({}).carriers,
        statusMap: {},
        language: 'zh',
        newsAge: ANY_AGE,
      },
      providers: new Map(),
      wake: () => Promise.resolve('woken' as const),
      hasEnded: () => Promise.resolve(false),
      deliveries: {
        startVersion: () => Promise.reject(new Error()),
        startForRow: () => Promise.reject(new Error()),
        list: () => Promise.reject(new Error()),
        retry: () => Promise.reject(new Error()),
        eraseHistories: () => Promise.reject(new Error()),
        startErasure: () => Promise.reject(new Error()),
      },
      log: pino({ level: 'silent' }),
    });
    decide = async (workflowId, update) => {
      // As another run than the first, which Temporal has forgotten.
      const environment = new MockActivityEnvironment({
        workflowExecution: { workflowId, runId: `run-${performance.now()}` },
      });
      const decision: Decision = await environment.run(persistWaybill, {
        workflowId,
        update,
        reopen: false,
      });
      await closeOpenUpdate(db.pool, workflowId, { outcome: 'success', reason: null });
      return decision;
    };
  });
  afterAll(() => db.drop());

  const fold = async (): Promise<number> => {
    const { waybillIds } = await listOldParcels(db.pool, 0, null);
    return inTransaction(db.pool, (tx) => foldParcels(tx, shopTables, waybillIds, 0));
  };
  const rowsOf = async (trackingNo: string): Promise<unknown> => {
    const { rows } = await db.pool.query(
      `select (select count(*)::int from waybell.platform_express_events where waybill_id = b.id::text) as scans,
              (select count(*)::int from waybell.express_updates where waybill_id = b.id::text) as updates,
              (select count(*)::int from waybell.parcel_memories where waybill_id = b.id::text) as memories
         from platform_express_waybills b where tracking_no = $1`,
      [trackingNo],
    );
    return rows[0];
  };
  const LIFE: readonly Scan[] = [
    ['picked_up', 0],
    ['out_for_delivery', 6],
    ['failed_attempt', 7],
  ];
  /** A parcel that is told in three updates, and then folded. */
  const fold3 = async (trackingNo: string): Promise<void> => {
    for (const [index, scan] of LIFE.entries()) await persist(trackingNo, String(index), [scan]);
    expect(await fold()).toBeGreaterThan(0);
    expect(await rowsOf(trackingNo)).toEqual({ scans: 0, updates: 0, memories: 1 });
  };

  test('an old webhook that comes again is nothing new', async () => {
    await fold3('AGAIN1');
    expect(await persist('AGAIN1', '1', [LIFE[1] as Scan])).toMatchObject({ verdict: 'nothing-new' });
    expect(await rowsOf('AGAIN1')).toEqual({ scans: 3, updates: 3, memories: 0 });
  });

  test('a replay under another digest tells nobody again', async () => {
    await fold3('REPLAY1');
    expect(await persist('REPLAY1', 'all', LIFE)).toMatchObject({ verdict: 'nothing-new' });
  });

  test('a late scan is judged beside those that were deleted, and its status counted on', async () => {
    await fold3('LATE1');
    expect(await persist('LATE1', 'late', [['in_transit', 3]])).toMatchObject({ verdict: 'stale' });
    expect(await fold()).toBeGreaterThan(0);
    expect(await persist('LATE1', 'second', [['out_for_delivery', 30]])).toMatchObject({
      ...{ verdict: 'announce', status: 'out_for_delivery', instance: 1, occurrence: 2 },
    });
  });

  test('a scan that its sender corrects is a new version, also of one that was deleted', async () => {
    const named = async (number: string, name: string, word: ShipmentStatus): Promise<Decision> => {
      const update = shipmentUpdate(number, [[word, 1]]);
      const events = update.events.map((event) => ({ ...event, key: 'id:1' }));
      return decide(`${number}/${name}`, { ...update, events });
    };
    const correct = async (number: string, folds: boolean): Promise<unknown[]> => {
      const decisions = [await named(number, '0', 'exception')];
      if (folds) expect(await fold()).toBeGreaterThan(0);
      // Another workflow id, since it says something else.
      decisions.push(await named(number, '1', 'delivered'), await named(number, '2', 'delivered'));
      return decisions.map(({ verdict, status }) => [verdict, status]);
    };
    const kept = await correct('FIXED1', false);
    expect(kept).toEqual([
      ['announce', 'exception'],
      ['announce', 'delivered'],
      ['nothing-new', 'delivered'],
    ]);
    expect(await correct('FIXED2', true)).toEqual(kept);
  });

  test('a number that is used again is a new parcel with message ids of its own, also years later', async () => {
    const first = await persist('REUSED1', 'first', [['delivered', 0]]);
    expect(await fold()).toBeGreaterThan(0);
    const second = await persist('REUSED1', 'second', [['delivered', YEAR_H]]);
    expect(await fold()).toBeGreaterThan(0);
    await reduceMemories(db.pool, 0);
    const third = await persist('REUSED1', 'third', [['delivered', 3 * YEAR_H]]);
    expect([first, second, third].map(({ verdict, instance }) => [verdict, instance])).toEqual([
      ['announce', 1],
      ['announce', 2],
      ['announce', 3],
    ]);
    expect(new Set([first, second, third].map((decision) => messageId(decision, 'user'))).size).toBe(3);
  });

  test('one that is open, that somebody works on, or that the archive tells of is left as it is', async () => {
    await persist('OPEN1', '0', [['picked_up', 0]]);
    await db.pool.query(`update waybell.express_updates set state = 'open' where workflow_id = 'OPEN1/0'`);
    await persist('OPEN1', '1', [['picked_up', 0]]);
    await persist('KEPT1', '0', [['picked_up', 0]]);
    await db.pool.query(
      `insert into waybell.webhooks (id, source, channel, received_at, media_type, body, verdict, flaws, workflow_ids)
       values ('w', 's', 'c', now(), 'm', '', 'read', '[]', array['KEPT1/0'])`,
    );
    await persist('BUSY1', '0', [['picked_up', 0]]);
    await inTransaction(db.pool, async (tx) => {
      await tx.query(`select from platform_express_waybills where tracking_no = 'BUSY1' for update`);
      await fold();
    });
    for (const [number, updates] of [
      ['OPEN1', 2],
      ['KEPT1', 1],
      ['BUSY1', 1],
    ] as const)
      expect(await rowsOf(number)).toEqual({ scans: 1, updates, memories: 0 });
    await fold();
    expect(await rowsOf('BUSY1')).toEqual({ scans: 0, updates: 0, memories: 1 });
  });

  test('in any order of scans, whenever it is folded, everything is decided as if nothing had been deleted', async () => {
    let parcels = 0;
    const status = fc.constantFrom<Scan[0]>(
      ...([
        'picked_up',
        'in_transit',
        'out_for_delivery',
        'failed_attempt',
        'delivered',
        'returning',
      ] as const),
      'unheard-of',
    );
    const step = fc.record({ status, hour: fc.nat({ max: 40 }), far: fc.boolean(), folds: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 7 }), async (steps) => {
        parcels += 1;
        const [kept, folded] = [`KEEP${parcels}`, `FOLD${parcels}`];
        const decisions: Record<string, unknown[]> = { [kept]: [], [folded]: [] };
        for (const number of [kept, folded]) {
          for (const [index, { status: word, hour, far, folds }] of steps.entries()) {
            const scan = [word, hour + (far && index > 2 ? YEAR_H : 0)] as const;
            const {
              verdict,
              status: told,
              instance,
              occurrence,
            } = await persist(number, String(index), [scan]);
            decisions[number]?.push({ verdict, told, instance, occurrence });
            if (number === folded && folds) await foldOne(folded);
          }
        }
        expect(decisions[folded]).toEqual(decisions[kept]);
      }),
      { numRuns: 25 },
    );
  });

  async function foldOne(trackingNo: string): Promise<void> {
    const { rows } = await db.pool.query<{ id: string }>(
      'select id::text as id from platform_express_waybills where tracking_no = $1',
      [trackingNo],
    );
    const ids = rows.map(({ id }) => id);
    await inTransaction(db.pool, (tx) => foldParcels(tx, shopTables, ids, 0));
  }
});
