import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
import type { Retention } from '../../src/config/retention';
import { addChannelTraffic } from '../../src/database/channel-traffic';
import { inTransaction } from '../../src/database/pool';
import { selectLedgerFloor } from '../../src/database/retention';
import { textsOf, writeScanTexts } from '../../src/database/scan-texts';
import { wordDigest } from '../../src/deliveries/word-digest';
import { deliveryOf } from '../../src/deliveries/workflow-id';
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
  // The rows stay; one that Temporal has yet to be given keeps its body too.
  await apply({ webhookBytes: 100_000, webhookBodies: 3 });
  const bodies = await lab.db.pool.query(
    'select id, octet_length(body) as bytes, emptied_at is null as whole from waybell.webhooks order by id',
  );
  expect(bodies.rows).toEqual([
    { id: '2', bytes: 60_000, whole: true },
    { id: '4', bytes: 0, whole: false },
    { id: '5', bytes: 30_000, whole: true },
  ]);
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

test('texts that earlier releases kept in the rows move out of them, those of old scans go, and a second run changes nothing', async () => {
  const trackingNo = 'MOVED1';
  const day = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
  const events = [
    {
      key: 'id:a',
      time: day(1),
      status: 'delivered',
      rawStatus: 'delivered',
      text: '放在花盆旁',
      place: '云栖',
    },
    { key: 'id:a', time: day(2), status: null, rawStatus: '由王小明代收', reading: 'unknown', text: '' },
    {
      key: 'id:c',
      time: day(100),
      status: 'picked_up',
      rawStatus: 'picked_up',
      text: '很久以前',
      place: '云栖',
    },
  ];
  const update = { source: 'own-system', carrier: 'yto', trackingNo, events, state: '花园状态' };
  const workflowId = `delivery/own-system/yto/${trackingNo}/x`;
  await lab.db.pool.query(
    `insert into waybell.express_updates
       (workflow_id, waybill_id, verdict, instance, decision, state, created_at, closed_at, input)
     values ($1, 'moved', 'nothing-new', 1, '{}', 'closed', now() - interval '1 day', now() - interval '1 day', $2)`,
    [workflowId, JSON.stringify(update)],
  );
  await lab.db.pool.query(
    `insert into waybell.platform_express_events
       (waybill_id, workflow_id, source, instance, event_key, event_time, status, raw_status, reading, event_text_safe, place, recorded_at)
     select 'moved', $1, 'own-system', 1, case when reading is null then key else key || '@' || "timeText" end,
            "timeText"::timestamptz, status, "rawStatus", reading, text, place, now() - interval '1 day'
       from jsonb_to_recordset($2) as e(key text, "timeText" text, status text, "rawStatus" text, reading text, text text, place text)`,
    [workflowId, JSON.stringify(events.map(({ time: timeText, ...event }) => ({ ...event, timeText })))],
  );
  const stored = async (): Promise<unknown> => {
    const { rows: scans } = await lab.db.pool.query(
      `select raw_status, event_text_safe, place, xmin::text from waybell.platform_express_events
        where waybill_id = 'moved' order by event_time desc`,
    );
    const { rows: texts } = await lab.db.pool.query(
      `select source, text, place, word, xmin::text from waybell.scan_texts where tracking_no = $1 order by event_time desc`,
      [trackingNo],
    );
    const { rows: updates } = await lab.db.pool.query<{ input: unknown }>(
      `select input, xmin::text from waybell.express_updates where workflow_id = $1`,
      [workflowId],
    );
    return { scans, texts, updates };
  };
  await apply();
  const digest = wordDigest('由***代收');
  const after = await stored();
  expect(after).toMatchObject({
    scans: ['delivered', digest, 'picked_up'].map((raw_status) => ({
      ...{ raw_status, event_text_safe: '', place: null },
    })),
    texts: [
      { source: 'own-system', text: '放在花盆旁', place: '云栖', word: null },
      { source: 'own-system', text: '', place: null, word: '由***代收' },
    ],
    updates: [
      {
        input: {
          events: events.map(({ status }) => (status === null ? { rawStatus: digest } : { text: '' })),
        },
      },
    ],
  });
  expect(JSON.stringify(after)).not.toMatch(/花园|很久|王小明/);
  await apply();
  expect(await stored()).toEqual(after);

  await apply({ texts: 1 });
  expect(await count(`waybell.scan_texts where tracking_no = '${trackingNo}'`)).toBe(0);
});

test('what this release writes stays as it is: a listed word that means nothing, in clear, beside its text', async () => {
  const trackingNo = 'STAYS1';
  const time = new Date(Date.now() - DAY_MS).toISOString();
  const read = { key: 'id:a', time, status: null, rawStatus: '花园代放', text: '放在花盆旁' } as const;
  const { workflowId, update, texts } = deliveryOf({
    ...{ source: 'own-system', carrier: 'yto', trackingNo, events: [read] },
  });
  await writeScanTexts(lab.db.pool, textsOf([{ update, texts }], new Date()), 90);
  await lab.db.pool.query(
    `insert into waybell.express_updates
       (workflow_id, waybill_id, verdict, instance, decision, state, created_at, closed_at, input)
     values ($1, 'stays', 'nothing-new', 1, '{}', 'closed', now(), now() - interval '2 minutes', $2)`,
    [workflowId, JSON.stringify(update)],
  );
  await lab.db.pool.query(
    `insert into waybell.platform_express_events
       (waybill_id, workflow_id, source, instance, event_key, event_time, raw_status, event_text_safe, recorded_at)
     values ('stays', $1, 'own-system', 1, 'id:a', $2, '花园代放', '', now() - interval '2 minutes')`,
    [workflowId, time],
  );
  const stored = async (): Promise<unknown[]> => {
    const { rows } = await lab.db.pool.query<Record<string, unknown>>(
      `select t.text, t.word, t.xmin::text as said, e.raw_status, e.xmin::text as scan, u.xmin::text as update
         from waybell.scan_texts t, waybell.platform_express_events e, waybell.express_updates u
        where t.tracking_no = $1 and e.workflow_id = $2 and u.workflow_id = $2`,
      [trackingNo, workflowId],
    );
    return rows;
  };
  const before = await stored();
  expect(before).toMatchObject([{ text: '放在花盆旁', word: null, raw_status: '花园代放' }]);
  await apply();
  expect(await stored()).toEqual(before);
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

test('a step that fails keeps no other from deleting what is old, and is told', async () => {
  await lab.db.pool.query(
    `insert into waybell.audit (actor, place, action, subject, asked, outcome, at)
     values ('desk', 'here', 'retry', 'old', '{}', 'done', now() - interval '500 days')`,
  );
  await lab.db.pool.query('alter table waybell.channel_refusals rename to away');
  try {
    await expect(apply()).rejects.toThrow();
  } finally {
    await lab.db.pool.query('alter table waybell.away rename to channel_refusals');
  }
  expect(await count(`waybell.audit where subject = 'old'`)).toBe(0);
});
