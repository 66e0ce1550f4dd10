import { beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { createPersistWaybill } from '../../src/activities/persist-waybill';
import { loadConfig } from '../../src/config/config';
import { deleteEmptiedNumbers, forgetNumbers } from '../../src/database/old-numbers';
import { inTransaction } from '../../src/database/pool';
import { findRespelled, settleRow } from '../../src/database/waybill-numbers';
import type { Decision } from '../../src/shipment/delivery';
import { ANY_AGE } from '../setup/any-age';
import { useDatabase } from '../setup/database';
import { eventually, shipmentUpdate } from '../setup/delivery-lab';

describe('a row of the shop whose number or carrier is corrected', () => {
  const config = loadConfig({});
  const { shopTables, carriers } = config;
  const shop = { shopTables, carriers };
  const db = useDatabase();
  const query = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    (await db.pool.query(sql, values)).rows as Row[];
  let persist: (carrier: string, trackingNo: string, hour: number) => Promise<Decision>;

  beforeAll(() => {
    const unused = (): Promise<never> => Promise.reject(new Error('not of this suite'));
    const persistWaybill = createPersistWaybill({
      ...{ pool: db.pool, shopTables, carriers, statusMap: {}, language: 'zh', newsAge: ANY_AGE },
      ...{ retention: config.retention, providers: new Map(), log: pino({ level: 'silent' }) },
      ...{ wake: unused, hasEnded: unused },
      deliveries: {
        ...{ startVersion: unused, startForRow: unused, list: unused, retry: unused },
        ...{ eraseHistories: unused, startErasure: unused },
      },
    });
    persist = (carrier, trackingNo, hour) =>
      new MockActivityEnvironment().run(persistWaybill, {
        workflowId: `${carrier}/${trackingNo}/${hour}`,
        update: { ...shipmentUpdate(trackingNo, [['in_transit', hour]]), carrier },
        reopen: false,
      });
  });

  const addRow = async (carrier: string, trackingNo: string): Promise<string> => {
    const [row] = await query<{ id: string }>(
      `insert into platform_express_waybills (carrier, tracking_no, order_id) values ($1, $2, 'O-1') returning id`,
      [carrier, trackingNo],
    );
    return row?.id ?? '';
  };
  const writeNumber = (row: string, trackingNo: string): Promise<unknown> =>
    query(`update platform_express_waybills set tracking_no = $2 where id = $1`, [row, trackingNo]);
  const settle = (row: string): Promise<void> => inTransaction(db.pool, (one) => settleRow(one, shop, row));
  const notesOf = (row: string): Promise<unknown[]> =>
    query(
      `select tracking_no, first_instance from waybell.waybill_numbers
        where waybill_id = $1 or former_of = $1 order by first_instance`,
      [row],
    );

  test('begins one parcel, though two see it at the same moment', async () => {
    const row = await addRow('yto', 'WRONG1');
    await persist('yto', 'WRONG1', 1);
    await writeNumber(row, 'RIGHT1');
    let second: Promise<void> | undefined;
    await inTransaction(db.pool, async (one) => {
      await settleRow(one, shop, row);
      // A scan of the right number comes with it.
      await one.query(
        `update waybell.platform_express_events set waybill_id = $1, instance = 2 where waybill_id = 'former:' || $1 || ':1'`,
        [row],
      );
      second = settle(row);
      const waits = `select from pg_locks where not granted`;
      await eventually(async () => (await query(waits)).length > 0);
    });
    await second;
    const scans = `select instance from waybell.platform_express_events where waybill_id = $1`;
    expect(await query(scans, [row])).toEqual([{ instance: 2 }]);
    expect(await notesOf(row)).toEqual([
      { tracking_no: 'WRONG1', first_instance: 1 },
      { tracking_no: 'RIGHT1', first_instance: 2 },
    ]);
  });

  test('is about no other parcel while it has no number', async () => {
    const row = await addRow('yto', 'BLANKED1');
    await persist('yto', 'BLANKED1', 1);
    await query(`alter table platform_express_waybills alter column tracking_no drop not null`);
    for (const none of [null, ' ']) {
      await query(`update platform_express_waybills set tracking_no = $2 where id = $1`, [row, none]);
      expect(await inTransaction(db.pool, (one) => findRespelled(one, shopTables))).not.toContain(row);
      await settle(row);
    }
    // What comes meanwhile is stored in a row of its own, which makes room for the number when it is back.
    const { waybillId: meanwhile } = await persist('yto', 'BLANKED1', 2);
    expect(meanwhile).not.toBe(row);
    await query(`delete from platform_express_waybills where id = $1`, [meanwhile]);
    await writeNumber(row, 'BLANKED1');
    expect(await persist('yto', 'BLANKED1', 1)).toMatchObject({ waybillId: row, instance: 1 });
    expect(await notesOf(row)).toEqual([{ tracking_no: 'BLANKED1', first_instance: 1 }]);
  });

  test('is forgotten by its numbers when nothing is heard of them, and its messages get no id twice', async () => {
    const row = await addRow('yto', 'OLDWRONG1');
    await persist('yto', 'OLDWRONG1', 1);
    await writeNumber(row, 'OLDRIGHT1');
    await settle(row);
    const forget = (days: number): Promise<unknown> =>
      inTransaction(db.pool, (one) => forgetNumbers(one, days));
    const left = (): Promise<unknown[]> =>
      query(
        `select tracking_no, carrier, first_instance from waybell.waybill_numbers
          where waybill_id = $1 or former_of = $1 order by first_instance`,
        [row],
      );
    await query(`update waybell.waybill_numbers set noted_at = now() - interval '401 days'`);
    await forget(402);
    await forget(400);
    // The number before is still told of.
    expect(await left()).toMatchObject([{ tracking_no: 'OLDWRONG1' }, { tracking_no: '', carrier: null }]);
    await query(`delete from waybell.express_updates where waybill_id = $1`, [`former:${row}:1`]);
    await forget(400);
    expect(await left()).toEqual([{ tracking_no: '', carrier: null, first_instance: 2 }]);
    await inTransaction(db.pool, (one) => deleteEmptiedNumbers(one, 402));
    expect(await persist('yto', 'OLDRIGHT1', 1)).toMatchObject({ waybillId: row, instance: 2 });
    expect(await left()).toMatchObject([{ tracking_no: 'OLDRIGHT1', first_instance: 2 }]);

    await query(`delete from waybell.express_updates where waybill_id = $1`, [row]);
    await query(`update waybell.waybill_numbers set noted_at = now() - interval '401 days'`);
    await forget(400);
    await inTransaction(db.pool, (one) => deleteEmptiedNumbers(one, 400));
    expect(await left()).toEqual([]);
  });

  test('is told nothing twice where the shop follows the carrier whose scans came', async () => {
    await query(
      `create unique index on platform_express_waybills (tracking_no) where starts_with(tracking_no, 'ONLY')`,
    );
    const row = await addRow('sto', 'ONLY1');
    expect(await persist('yto', 'ONLY1', 1)).toMatchObject({ waybillId: row, verdict: 'announce' });
    await query(`update platform_express_waybills set carrier = 'yto' where id = $1`, [row]);
    expect(await persist('yto', 'ONLY1', 2)).toMatchObject({ waybillId: row, verdict: 'stale' });
    expect(await notesOf(row)).toHaveLength(1);
  });
});
