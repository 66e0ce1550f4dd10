import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
import type { Retention } from '../../src/config/retention';
import { addChannelTraffic } from '../../src/database/channel-traffic';
import { inTransaction } from '../../src/database/pool';
import { selectLedgerFloor } from '../../src/database/retention';
import { insertWebhooks } from '../../src/database/webhook-archive';
import { balanceLedger } from '../../src/insight/ledger';
import { RETENTION_WORKFLOW } from '../../src/workflows/contract';
import { ensureRetentionSchedule } from '../../temporal/schedules';
import { openDeliveryLab, type DeliveryLab } from '../setup/delivery-lab';

const DAY_MS = 24 * 3_600_000;
const { retention } = loadConfig({});
let lab: DeliveryLab;
beforeAll(async () => {
  lab = await openDeliveryLab();
});
afterAll(() => lab.close());

const apply = (change: Partial<Retention> = {}): Promise<unknown> =>
  lab.withWorker(
    () =>
      lab.temporal.client.workflow.execute(RETENTION_WORKFLOW, {
        workflowId: `retention/${lab.temporal.taskQueue}/${performance.now()}`,
        taskQueue: lab.temporal.taskQueue,
      }),
    undefined,
    { retention: { ...retention, ...change } },
  );

/** Makes everything that there is older. */
const age = (days: number): Promise<unknown> =>
  lab.db.pool.query(`
    update waybell.express_updates
       set created_at = created_at - interval '${days} days', closed_at = closed_at - interval '${days} days';
    update express_notifications set created_at = created_at - interval '${days} days';
    update waybell.express_pushes set answered_at = answered_at - interval '${days} days';`);

const count = async (from: string): Promise<number> => {
  const { rows } = await lab.db.pool.query<{ count: number }>(`select count(*)::int as count from ${from}`);
  return rows[0]?.count ?? 0;
};

test('deliveries that ended long ago go with their scans and pushes; notifications and rows of the old system stay', async () => {
  const parcel = await lab.parcel();
  await lab.withWorker(async () => (await lab.start(parcel, 'delivered', 1)).result());
  await lab.db.pool.query(
    `insert into express_notifications (message_id, title, created_at) values ('old', 'told long ago', now() - interval '9 years')`,
  );
  await age(89);
  expect(await apply()).toBe(0);
  await age(2);
  const limits = { notificationTexts: 90, notifications: 120 };
  expect(await apply({ notificationTexts: 120 })).toBe(1);
  for (const table of ['platform_express_events', 'express_updates', 'express_pushes'])
    expect([table, await count(`waybell.${table}`)]).toEqual([table, 0]);
  expect(await count(`express_notifications where title <> ''`)).toBe(3);
  // The devices live by what their provider took.
  expect(
    await count(
      `push_devices where last_sign_at between now() - interval '92 days' and now() - interval '90 days'`,
    ),
  ).toBe(2);

  await apply(limits);
  const { rows } = await lab.db.pool.query(
    `select title, body, content, tracking_no, send_status, recipient_id from express_notifications
      where workflow_id is not null order by aud desc`,
  );
  const blank = { title: '', body: '', content: '', tracking_no: parcel.trackingNo, send_status: 'success' };
  expect(rows).toEqual([
    { ...blank, recipient_id: parcel.userId },
    { ...blank, recipient_id: parcel.merchantId },
  ]);
  await age(30);
  await apply(limits);
  expect(await count('express_notifications where workflow_id is not null')).toBe(0);
  expect(await count(`express_notifications where title = 'told long ago'`)).toBe(1);
});

test('the ledger begins where nothing was deleted, says so, and closes', async () => {
  const parts = { pool: lab.db.pool, temporal: lab.temporal.client };
  const floor = await inTransaction(lab.db.pool, selectLedgerFloor);
  const ledger = await balanceLedger(parts, new Date(0));
  expect(ledger.since).toEqual(floor);
  expect(ledger).toMatchObject({ closes: true, differences: [] });
});

test('the archive ends by age and by size, the oldest first, and keeps what Temporal has yet to be given', async () => {
  const webhook = (id: string, days: number, bytes: number, keptBy?: string) => ({
    ...{ id, source: 's', channel: 'c', receivedAt: new Date(Date.now() - days * DAY_MS), mediaType: 'm' },
    ...{ body: Buffer.alloc(bytes), verdict: 'read' as const, flaws: [], workflowIds: [] },
    ...(keptBy !== undefined && { keptBy }),
  });
  await insertWebhooks(lab.db.pool, [
    webhook('1', 31, 10),
    webhook('2', 20, 60_000, 'journal'),
    webhook('3', 10, 60_000),
    webhook('4', 5, 60_000),
    webhook('5', 1, 30_000),
  ]);
  await apply({ webhookBytes: 100_000 });
  const { rows } = await lab.db.pool.query<{ id: string }>('select id from waybell.webhooks order by id');
  expect(rows.map(({ id }) => id)).toEqual(['2', '4', '5']);
});

test('what an import took is forgotten, and not which rows of the old queue', async () => {
  await lab.db.pool.query(
    `insert into waybell.queue_imports (workflow_id, update, queue_ids, started_at)
     values ('started', '{"a": 1}', '{q1}', now()), ('claimed', '{"a": 1}', '{q2}', null)`,
  );
  await lab.db.pool.query(
    `insert into waybell.carrier_corrections (carrier, tracking_no, waybill_id, corrected_at)
     values ('yto', 'A', 'x', now() - interval '401 days'), ('yto', 'B', 'x', now())`,
  );
  await apply();
  const { rows } = await lab.db.pool.query(
    'select workflow_id, update, queue_ids from waybell.queue_imports order by 1 desc',
  );
  expect(rows).toEqual([
    { workflow_id: 'started', update: {}, queue_ids: ['q1'] },
    { workflow_id: 'claimed', update: { a: 1 }, queue_ids: ['q2'] },
  ]);
  expect(await count('waybell.carrier_corrections')).toBe(1);
});

test('Temporal does it once an hour', async () => {
  const { client } = lab.temporal;
  await ensureRetentionSchedule(client);
  const schedule = client.schedule.getHandle('waybell-retention');
  const { spec, action } = await schedule.describe();
  expect(spec.intervals).toMatchObject([{ every: 3_600_000 }]);
  expect(action).toMatchObject({ workflowType: RETENTION_WORKFLOW });
  await schedule.delete();
});

test('what was refused is forgotten after seven days, with the addresses that it came from', async () => {
  const channel = (days: number) => {
    const at = new Date(Date.now() - days * DAY_MS);
    const refusal = { reason: 'header-mismatch', place: 'sign', found: '', trackingNo: '', times: 1 };
    return {
      ...{ source: 'sf', channel: 'main', acceptedAt: null, refusedAt: at, refusedInARow: 1 },
      spans: [{ span: at, accepted: 0, refused: 1 }],
      refusals: [{ ...refusal, address: `203.0.113.${days}`, firstAt: at, lastAt: at }],
    };
  };
  for (const days of [6, 8]) await inTransaction(lab.db.pool, (db) => addChannelTraffic(db, [channel(days)]));
  await apply();
  expect(await count(`waybell.channel_refusals where address = '203.0.113.6'`)).toBe(1);
  expect(await count('waybell.channel_refusals')).toBe(1);
  expect(await count('waybell.channel_spans')).toBe(1);
});
