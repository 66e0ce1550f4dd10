import { beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { createPersistWaybill } from '../../src/activities/persist-waybill';
import { loadConfig } from '../../src/config/config';
import { findLateRows } from '../../src/database/late-rows';
import { foldParcels } from '../../src/database/parcel-memories';
import { inTransaction } from '../../src/database/pool';
import { joinUnderNumber } from '../../src/database/second-rows';
import type { Decision } from '../../src/shipment/delivery';
import type { ShipmentStatus } from '../../src/shipment/status';
import { ANY_AGE } from '../setup/any-age';
import { useDatabase } from '../setup/database';
import { shipmentUpdate } from '../setup/delivery-lab';

type Scan = [ShipmentStatus, number];
const DAY = 24;

describe('a waybill that stands twice, under two names of its carrier', () => {
  const config = loadConfig({});
  const db = useDatabase();
  let persist: (carrier: string, trackingNo: string, workflow: string, ...scans: Scan[]) => Promise<Decision>;

  beforeAll(() => {
    const persistWaybill = createPersistWaybill({
      pool: db.pool,
      shopTables: config.shopTables,
      carriers: config.carriers,
      statusMap: {},
      language: 'zh',
      retention: config.retention,
      newsAge: ANY_AGE,
      providers: new Map(),
      wake: () => Promise.resolve('woken' as const),
      hasEnded: () => Promise.resolve(false),
      deliveries: {
        startVersion: () => Promise.reject(new Error()),
        startForRow: () => Promise.resolve(),
        list: () => Promise.reject(new Error()),
        retry: () => Promise.reject(new Error()),
        eraseHistories: () => Promise.reject(new Error()),
        startErasure: () => Promise.reject(new Error()),
      },
      log: pino({ level: 'silent' }),
    });
    persist = (carrier, trackingNo, workflow, ...scans) =>
      new MockActivityEnvironment().run(persistWaybill, {
        workflowId: `${trackingNo}/${workflow}`,
        update: { ...shipmentUpdate(trackingNo, scans), carrier },
        reopen: false,
      });
  });

  async function addRow(carrier: string | null, trackingNo: string, orderId: string | null): Promise<string> {
    const { rows } = await db.pool.query<{ id: string }>(
      `insert into platform_express_waybills (carrier, tracking_no, order_id) values ($1, $2, $3) returning id`,
      [carrier, trackingNo, orderId],
    );
    return rows[0]?.id ?? '';
  }
  const count = async (table: string, waybillId: string): Promise<number> =>
    (await db.pool.query(`select from waybell.${table} where waybill_id = $1`, [waybillId])).rowCount ?? 0;

  test('is told nothing twice of what was decided before its order came', async () => {
    const before = await persist('yuantong', 'YTTWICE1', 'first', ['in_transit', 1]);
    const used = await addRow('圆通速递', 'YTTWICE1', 'O-1');
    const again = await persist('yto', 'YTTWICE1', 'again', ['in_transit', 1]);
    expect([again.waybillId, again.verdict]).toEqual([used, 'nothing-new']);
    const next = await persist('YTO'.toLowerCase(), 'YTTWICE1', 'next', ['delivered', 2]);
    expect(next).toMatchObject({ waybillId: used, verdict: 'announce', supersedes: ['YTTWICE1/first'] });
    expect(await count('express_updates', before.waybillId)).toBe(0);
  });

  test('keeps what both rows know once, and counts what was told of either', async () => {
    const used = await addRow('yto', 'YTTWICE2', 'O-2');
    await persist('yto', 'YTTWICE2', 'one', ['in_transit', 1], ['out_for_delivery', 2]);
    const second = await addRow('圆通', 'YTTWICE2', null);
    await db.pool.query(
      `insert into waybell.platform_express_events
         (waybill_id, instance, event_key, event_time, status, raw_status, event_text_safe, source, workflow_id)
       select $2, instance, event_key, event_time, status, raw_status, event_text_safe, source, workflow_id
         from waybell.platform_express_events where waybill_id = $1`,
      [used, second],
    );
    const next = await persist('yuantong', 'YTTWICE2', 'next', ['failed_attempt', 3]);
    expect(next).toMatchObject({ waybillId: used, verdict: 'announce', occurrence: 1 });
    expect(await count('platform_express_events', used)).toBe(3);
  });

  test('is one with a row without a carrier that the shop adds later, and stays so when it names one', async () => {
    const number = 'YTBLANK1';
    const before = await persist('yto', number, 'first', ['in_transit', 1]);
    const used = await addRow(null, number, 'O-7');
    const waits = { id: before.waybillId, carrier: 'yto', tracking_no: number, order_id: null };
    await inTransaction(db.pool, (one) => joinUnderNumber(one, config, waits));
    expect(await count('express_updates', used)).toBe(1);
    await db.pool.query(`update platform_express_waybills set carrier = '圆通速递' where id = $1`, [used]);
    const again = await persist('yto', number, 'again', ['in_transit', 1]);
    expect([again.waybillId, again.verdict]).toEqual([used, 'nothing-new']);
  });

  test('stays apart from a row without a carrier where another row contradicts', async () => {
    const one = await persist('yto', 'YTBLANK3', 'first', ['in_transit', 1]);
    await addRow(null, 'YTBLANK3', 'O-8');
    await addRow('zto', 'YTBLANK3', null);
    const other = await persist('yto', 'YTBLANK4', 'first', ['in_transit', 1]);
    for (const order of ['O-9', 'O-10']) await addRow(null, 'YTBLANK4', order);
    expect((await persist('yto', 'YTBLANK3', 'next', ['delivered', 2])).waybillId).toBe(one.waybillId);
    expect((await persist('yto', 'YTBLANK4', 'next', ['delivered', 2])).waybillId).toBe(other.waybillId);
  });

  test('does not mix the parcel of last year with the one of today', async () => {
    const used = await addRow('中通', 'ZTTWICE3', 'O-3');
    await persist('zto', 'ZTTWICE3', 'last-year', ['delivered', -400 * DAY]);
    await db.pool.query(`update platform_express_waybills set order_id = null where id = $1`, [used]);
    await addRow('zhongtong', 'ZTTWICE3', null);
    // Under the name as it was said.
    const today = await persist('zhongtong', 'ZTTWICE3', 'today', ['delivered', 1]);
    expect([today.waybillId === used, today.instance]).toEqual([false, 1]);
    await db.pool.query(`update platform_express_waybills set order_id = 'O-3' where id = $1`, [used]);
    expect(await persist('zhongtong', 'ZTTWICE3', 'later', ['returning', 2])).toMatchObject({
      ...{ waybillId: used, instance: 2, verdict: 'announce' },
    });
  });

  test('remembers what was folded of either row', async () => {
    const { waybillId } = await persist('yuantong', 'YTTWICE4', 'first', ['delivered', 1]);
    await db.pool.query(
      `update waybell.express_updates set state = 'closed', closed_at = now() - interval '1 day' where waybill_id = $1`,
      [waybillId],
    );
    expect(await inTransaction(db.pool, (one) => foldParcels(one, config.shopTables, [waybillId], 0))).toBe(
      1,
    );
    const used = await addRow('YTO', 'YTTWICE4', 'O-4');
    const again = await persist('yuantong', 'YTTWICE4', 'again', ['delivered', 1]);
    expect(again).toMatchObject({ waybillId: used, verdict: 'nothing-new' });
  });

  test('is found where a row of another order comes later, while what was told of it holds', async () => {
    const late = async (): Promise<[string, string][]> =>
      (await inTransaction(db.pool, (one) => findLateRows(one, config.shopTables, config.carriers))).map(
        ({ id, told }) => [id, told.workflowId],
      );
    await addRow('yto', 'YTLATE1', 'O-11');
    await persist('yto', 'YTLATE1', 'first', ['out_for_delivery', 1]);
    const added = await addRow('圆通', 'ytlate1', 'O-12');
    await addRow('sto', 'YTLATE1', 'O-13');
    await addRow('yto', 'YTLATE1', null);
    await addRow(null, 'YTLATE1', 'O-14');
    expect(await late()).toEqual([]);
    await db.pool.query('create index on platform_express_waybills (created_at)');
    expect(await late()).toEqual([[added, 'YTLATE1/first']]);
    // Made long ago, and corrected to this number by now.
    await db.pool.query(`update platform_express_waybills set created_at = now() - interval '1 hour'`);
    expect(await late()).toEqual([]);
    await db.pool.query(`update platform_express_waybills set updated_at = now() - interval '1 hour'`);
    await db.pool.query('create index on platform_express_waybills (updated_at)');
    await db.pool.query(`update platform_express_waybills set updated_at = now() where id = $1`, [added]);
    expect(await late()).toEqual([[added, 'YTLATE1/first']]);
    // A word that is taken back is told to nobody any more.
    await db.pool.query(
      `update waybell.express_updates set decision = decision || '{"status": "in_transit"}' where workflow_id = 'YTLATE1/first'`,
    );
    expect(await late()).toEqual([]);
  });

  test('stays two where both rows have an order, each under the name that it was said by', async () => {
    const [one, other] = [
      await addRow('yto', 'YTTWICE5', 'O-5'),
      await addRow('yuantong', 'YTTWICE5', 'O-6'),
    ];
    expect((await persist('yuantong', 'YTTWICE5', 'a', ['delivered', 1])).waybillId).toBe(other);
    expect((await persist('yto', 'YTTWICE5', 'b', ['delivered', 1])).waybillId).toBe(one);
  });
});
