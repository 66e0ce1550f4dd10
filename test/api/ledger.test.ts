import { describe, expect, test } from '@jest/globals';
import { refused } from '../setup/cloud-function';
import { eventually, useLab } from '../setup/delivery-lab';
import { watchDeadlines } from '../setup/under-deadline';
import { use } from '../setup/use';
import { serveDeliveries } from './delivery-api';

const since = new Date(Date.now() - 60_000).toISOString();

const lab = useLab();
const api = use(() => serveDeliveries(lab));

const balanceLedger = async (): Promise<Record<string, unknown>> =>
  (await api.call('GET', `/api/v1/ledger?since=${encodeURIComponent(since)}`)).json;
const closed = (): Promise<Record<string, unknown>> =>
  eventually(async () => {
    const ledger = await balanceLedger();
    const { waiting, not_handed_over: kept } = ledger['updates'] as Record<string, number>;
    return waiting === 0 && kept === 0 && ledger;
  });
const send = async (trackingNo: string, status: string, hour: number): Promise<string> => {
  const event_time = `2026-02-06 1${hour}:00:00`;
  const json = { carrier: 'yto', tracking_no: trackingNo, status, event_text: 'scan', event_time };
  const answer = await api.call('POST', '/webhook/express/status', { json });
  expect(answer.status).toBe(200);
  return answer.json['workflow_id'] as string;
};

describe('the ledger', () => {
  test('closes at any time: before a worker takes anything, in between, and at the end', async () => {
    const told = await lab.parcel({ user: 1, merchant: 0 });
    const unlinked = await lab.parcel({}, false);
    await send(told.trackingNo, 'delivered', 3);
    await send(told.trackingNo, 'delivered', 3);
    await send(unlinked.trackingNo, 'picked_up', 1);
    expect(await balanceLedger()).toMatchObject({
      closes: true,
      updates: { accepted: 3, duplicate: 1, decided: 0, waiting: 2, not_handed_over: 0 },
      audiences: { expected: 0 },
    });
    await lab.withWorker(async () => {
      await closed();
      await send(told.trackingNo, 'in_transit', 2);
      await send(told.trackingNo, 'gibberish', 4);
      const ledger = await eventually(async () => {
        const now = await closed();
        const { waiting } = now['audiences'] as { waiting: Record<string, number> };
        expect(now).toMatchObject({ closes: true, differences: [] });
        return waiting['under-way'] === undefined && waiting['order-not-found'] === 2 && now;
      });
      expect(ledger).toMatchObject({
        updates: { accepted: 5, duplicate: 1, stale: 2, decided: 2 },
        audiences: {
          expected: 4,
          notified: 1,
          suppressed: {},
          failed: {},
          waiting: { 'no-targets': 1, 'order-not-found': 2 },
        },
      });
    });
  });

  test('counts what only the journal holds, while the archive takes nothing', async () => {
    const parcel = await lab.parcel();
    const accepted = async (): Promise<number> =>
      ((await balanceLedger())['updates'] as Record<string, number>)['accepted'] ?? 0;
    const before = await accepted();
    const db = await lab.db.pool.connect();
    await db.query('begin; lock table waybell.webhooks in share mode');
    await send(parcel.trackingNo, 'delivered', 1);
    expect(await accepted()).toBe(before + 1);
    await db.query('rollback');
    db.release();
    expect(await balanceLedger()).toMatchObject({ closes: true, updates: { accepted: before + 1 } });
  });

  test('waits for a slow database without taking Temporal for away', async () => {
    const watched = watchDeadlines({ pool: lab.db.pool, temporal: lab.temporal.client });
    const slow = await serveDeliveries(lab, watched);
    const answer = await slow.call('GET', `/api/v1/ledger?since=${encodeURIComponent(since)}`);
    expect(answer.status).toBe(200);
    expect(watched.deadlines()).toBeGreaterThan(0);
    expect(watched.transactions()).toBe(0);
    await slow.close();
  });

  test('names what was accepted and is nowhere', async () => {
    const parcel = await lab.parcel();
    const workflowId = await send(parcel.trackingNo, 'delivered', 1);
    await lab.terminate(workflowId);
    expect(
      await eventually(async () => {
        const ledger = await balanceLedger();
        return ledger['closes'] === false && ledger;
      }),
    ).toMatchObject({
      differences: [
        { workflow_id: workflowId, problem: 'accepted, and neither in the database nor in Temporal' },
      ],
    });
    // Only once it is there: the archive follows the journal.
    const forget = 'delete from waybell.webhooks where workflow_ids @> array[$1]';
    await eventually(async () => (await lab.db.pool.query(forget, [workflowId])).rowCount === 1);
  });

  test('names a delivery that is not at its end while nothing carries it on, until a retry has ended it', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 }, false);
    await lab.withWorker(async () => {
      const { workflowId } = await lab.start(parcel, 'delivered', 1);
      const waits = async (): Promise<unknown> =>
        (await lab.db.pool.query('select from waybell.express_waits where workflow_id = $1', [workflowId]))
          .rowCount;
      await eventually(waits);
      expect(await balanceLedger()).toMatchObject({ closes: true, differences: [] });
      await lab.terminate(workflowId);
      expect(await balanceLedger()).toMatchObject({
        closes: false,
        differences: [
          {
            workflow_id: workflowId,
            problem: 'not at its end, and its workflow does not run: waybell retry starts it again',
          },
        ],
      });
      await lab.linkOrder(parcel);
      const retried = await api.call('POST', '/api/v1/retries', { json: { ids: [workflowId] } });
      expect(retried.status).toBe(200);
      expect(
        await eventually(async () => {
          const ledger = await balanceLedger();
          return ledger['closes'] === true && ledger;
        }),
      ).toMatchObject({ differences: [] });
      await lab.temporal.client.workflow.getHandle(workflowId).result();
    });
  });

  test('names it also where everybody is booked: one is told, and the other in part', async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 1 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, refused);
    await lab.withWorker(async () => {
      const { workflowId } = await lab.start(parcel, 'delivered', 1);
      await eventually(
        async () =>
          (
            await lab.db.pool.query(
              `select from waybell.express_waits where workflow_id = $1 and kind = 'retry'`,
              [workflowId],
            )
          ).rowCount === 1,
      );
      const before = await balanceLedger();
      expect(before).toMatchObject({ closes: true, differences: [] });
      await lab.terminate(workflowId);
      const { audiences } = before;
      expect(await balanceLedger()).toMatchObject({
        closes: false,
        audiences,
        differences: [
          {
            workflow_id: workflowId,
            problem: 'not at its end, and its workflow does not run: waybell retry starts it again',
          },
        ],
      });
      lab.cloud.answer(cid);
      const retried = await api.call('POST', '/api/v1/retries', { json: { ids: [workflowId] } });
      expect(retried.status).toBe(200);
      expect(await eventually(async () => (await balanceLedger())['closes'])).toBe(true);
      await lab.temporal.client.workflow.getHandle(workflowId).result();
    });
  });

  test('names a notification that says success though no push was accepted', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await handle.result();
      const { workflowId } = handle;
      await lab.db.pool.query(
        `update waybell.express_pushes set state = 'failed' where workflow_id = $1 and message_id like '%:user'`,
        [workflowId],
      );
      expect(await balanceLedger()).toMatchObject({
        closes: false,
        differences: [
          { workflow_id: workflowId, problem: 'its notification says success, and no push was accepted' },
        ],
      });
      await lab.db.pool.query(`update waybell.express_pushes set state = 'accepted' where workflow_id = $1`, [
        workflowId,
      ]);
      expect(await balanceLedger()).toMatchObject({ closes: true, differences: [] });
    });
  });

  test.each(['', 'yesterday', '2999-01-01T00:00:00Z', '2026-01-01'])('since %j is refused', async (text) => {
    const { status, json } = await api.call('GET', `/api/v1/ledger?since=${text}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ ok: false, code: 'field-invalid', field: 'since' });
  });
});
