import { describe, expect, test } from '@jest/globals';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { refused } from '../setup/cloud-function';
import { ALL_FAR, eventually, LIMITS, useLab } from '../setup/delivery-lab';
import { answersLate } from '../setup/temporal-late';
import { use } from '../setup/use';
import { type Json, retryMany, serveDeliveries, startRetryOfMany } from './delivery-api';

const lab = useLab();
const api = use(() => serveDeliveries(lab));

const start = (json: Json) => startRetryOfMany(api, json);
const retry = (json: Json) => retryMany(api, json);
const forgetIn = async (...workflowIds: string[]): Promise<void> => {
  const { client, namespace } = lab.temporal;
  const forget = async (workflowId: string): Promise<void> => {
    await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
    await eventually(() =>
      client.workflow
        .getHandle(workflowId)
        .describe()
        .then(() => false)
        .catch(() => true),
    );
  };
  // Each takes the server some seconds.
  await Promise.all(workflowIds.map(forget));
};
const sendStatusOf = async (workflowId: string): Promise<unknown[]> => {
  const { rows } = await lab.db.pool.query<{ send_status: string }>(
    `select send_status from express_notifications where workflow_id = $1 order by aud`,
    [workflowId],
  );
  return rows.map(({ send_status: status }) => status);
};
const pushesTo = (cid: string): number => lab.cloud.countFor(cid);
const closedInMs = { limits: { ...LIMITS, retry: 100, device: 100, firstDevice: 100 } };

describe('a bulk retry', () => {
  test('by query asks the open, starts the closed again, and says which refuse and why', async () => {
    const [open, closed, well] = [await lab.parcel(), await lab.parcel(), await lab.parcel()];
    const [openCid = '', closedCid = ''] = [open.cids[0], closed.cids[0]];
    for (const cid of [openCid, closedCid]) lab.cloud.answer(cid, refused);
    await lab.withWorker(async () => {
      const waiting = await lab.start(open, 'delivered', 1);
      const ended = await lab.start(closed, 'delivered', 1, closedInMs);
      const reached = await lab.start(well, 'delivered', 1);
      await Promise.all([ended.result(), reached.result()]);
      await eventually(async () =>
        (await waiting.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
      );
      for (const cid of [openCid, closedCid]) lab.cloud.answer(cid);
      const query = [open, closed, well].map(({ trackingNo }) => `TrackingNo="${trackingNo}"`).join(' OR ');
      await eventually(async () => (await lab.temporal.client.workflow.count(query)).count === 3);

      const eventsOf = async (): Promise<unknown> => (await waiting.fetchHistory()).events?.length;
      const before = await eventsOf();
      const dry = await start({ query, dry_run: true });
      expect(dry).toMatchObject({ status: 200, dry_run: true, found: 3, retry_id: null });
      expect(dry['first']).toHaveLength(3);
      expect(
        Object.fromEntries((dry['plan'] as Json[]).map((plan) => [plan['workflow_id'], plan])),
      ).toMatchObject({
        [waiting.workflowId]: {
          workflow_id: waiting.workflowId,
          kind: 'ask',
          words: 'the delivery waits (push-failed), and would try again',
        },
        [ended.workflowId]: {
          workflow_id: ended.workflowId,
          kind: 'restart',
          words: 'the delivery has closed, and would be started again',
        },
        [reached.workflowId]: {
          workflow_id: reached.workflowId,
          kind: 'refused',
          words: 'nothing to retry: every push was accepted, and no other device is registered',
        },
      });
      expect(await eventsOf()).toBe(before);

      const end = await retry({ query, operator: 'ann', reason: 'function mended' });

      expect(end).toMatchObject({ found: 3, asked: 1, restarted: 1, refused: 1 });
      expect(end['refusals']).toMatchObject([
        {
          workflow_id: reached.workflowId,
          words: 'nothing to retry: every push was accepted, and no other device is registered',
        },
      ]);
      for (const { workflowId } of [waiting, ended]) {
        await eventually(async () => String(await sendStatusOf(workflowId)) === 'success,success');
      }
      const handle = lab.temporal.client.workflow.getHandle(`bulk-retry/${String(end['retry_id'])}`);
      expect((await handle.describe()).memo).toMatchObject({
        operator: 'ann',
        reason: 'function mended',
        query,
      });
      expect(await handle.query('progress')).toMatchObject({ step: 'done', found: 3, refused: 1 });
      expect((await lab.temporal.client.workflow.getHandle(ended.workflowId).describe()).memo).toEqual({
        bulkRetry: end['retry_id'],
      });
    });
    expect([openCid, closedCid, well.cids[0] ?? ''].map(pushesTo)).toEqual([2, 2, 1]);
  });

  test('by name finds deliveries that Temporal has forgotten, and refuses what no delivery is named', async () => {
    const [first, second] = [await lab.parcel(), await lab.parcel()];
    for (const { cids } of [first, second]) lab.cloud.answer(cids[0] ?? '', refused);
    await lab.withWorker(async () => {
      const handles = [
        await lab.start(first, 'delivered', 1, closedInMs),
        await lab.start(second, 'delivered', 1, closedInMs),
      ];
      await Promise.all(handles.map((handle) => handle.result()));
      await forgetIn(...handles.map(({ workflowId }) => workflowId));
      for (const { cids } of [first, second]) lab.cloud.answer(cids[0] ?? '');
      const { rows } = await lab.db.pool.query<{ message_id: string }>(
        `select message_id from express_notifications where workflow_id = $1 and aud = 'user'`,
        [handles[1]?.workflowId],
      );

      const end = await retry({ ids: [first.trackingNo.toLowerCase(), rows[0]?.message_id, 'YT-nobody'] });

      expect(end).toMatchObject({ found: 3, asked: 0, restarted: 2, refused: 1 });
      expect(end['refusals']).toMatchObject([
        { workflow_id: 'YT-nobody', words: 'no delivery has this name' },
      ]);
      for (const { workflowId } of handles) {
        await eventually(async () => String(await sendStatusOf(workflowId)) === 'success,success');
      }
    });
    for (const { cids } of [first, second]) expect(cids.map(pushesTo)).toEqual([2, 1]);
  });

  test('in a dry run says what is at work by itself, has no worker, or is known to nobody', async () => {
    const [busy, idle] = [await lab.parcel(), await lab.parcel()];
    const release = lab.cloud.hold();
    // A busy server may be away for a moment.
    const plan = (workflowId: string): Promise<unknown> =>
      eventually(async () => (await start({ ids: [workflowId], dry_run: true }))['plan']);
    const pushing = await lab.withWorker(
      async () => {
        const handle = await lab.start(busy, 'delivered', 1);
        const cid = busy.cids[0] ?? '';
        await eventually(() => Promise.resolve(pushesTo(cid) === 1));
        expect(await plan(handle.workflowId)).toMatchObject([
          { kind: 'refused', words: 'nothing to retry: the delivery is pushing to 2 devices by itself' },
        ]);
        release();
        await handle.result();
        return handle;
      },
      undefined,
      ALL_FAR,
    );
    expect(await plan(pushing.workflowId)).toMatchObject([{ kind: 'refused' }]);
    const { workflowId } = await lab.start(idle, 'delivered', 1);
    expect(await plan(workflowId)).toMatchObject([
      { kind: 'refused', words: 'no worker took the retry in time; is one running?' },
    ]);
    await lab.terminate(workflowId);
    expect(await plan('delivery/of/nobody/1')).toMatchObject([
      {
        kind: 'refused',
        words: 'neither Temporal nor the database knows this delivery, or keeps what it was told',
      },
    ]);
  });

  test('of what was superseded or announced nothing refuses with the reason', async () => {
    const parcel = await lab.parcel();
    await lab.withWorker(async () => {
      const older = await lab.start(parcel, 'picked_up', 1);
      await older.result();
      await (await lab.start(parcel, 'out_for_delivery', 3)).result();
      const stale = await lab.start(parcel, 'in_transit', 2);
      await stale.result();
      const end = await retry({ ids: [older.workflowId, stale.workflowId] });
      expect(end['refusals']).toMatchObject([
        { workflow_id: stale.workflowId, words: 'nothing to retry: the update announced nothing (stale)' },
        {
          workflow_id: older.workflowId,
          words: 'nothing to retry: a newer status is known (out_for_delivery)',
        },
      ]);
    });
  });

  test('to which Temporal answers late may have been started: the answer says so, and where to look', async () => {
    const late = await serveDeliveries(lab, { temporal: answersLate(lab.temporal.client, 0) });
    const answer = await startRetryOfMany(late, { ids: ['delivery/of/nobody/1'] });
    await late.close();
    expect(answer).toMatchObject({ status: 503, code: 'temporal-unavailable' });
    const [, words, route = ''] = /^(.+): see GET (.+)$/.exec(String(answer['message'])) ?? [];
    expect(words).toBe('Temporal did not answer in time, and the retry may have been started');
    await lab.withWorker(() =>
      eventually(async () => {
        const { json } = await api.call('GET', route);
        return json['state'] === 'done' && json['refused'] === 1;
      }),
    );
  });

  test.each([
    [{ query: 'Carrier=' }, 400, 'query-malformed'],
    [{ query: 'NoSuchAttribute="x"' }, 400, 'query-malformed'],
    [{ query: 'Carrier="yto") OR (WorkflowType="SweepWaits"' }, 400, 'query-malformed'],
    [{ query: 'Carrier="yto" ORDER BY StartTime' }, 400, 'query-malformed'],
    [{ query: 'TrackingNo="NOBODY"' }, 404, 'delivery-unknown'],
    [{ query: 'WorkflowType="BulkRetry"' }, 404, 'delivery-unknown'],
    [{ ids: ['YT-nobody'] }, 404, 'delivery-unknown'],
    [{}, 400, 'field-invalid'],
    [{ ids: ['a'], query: 'Carrier="yto"' }, 400, 'field-invalid'],
    [{ ids: [] }, 400, 'field-invalid'],
    [{ ids: ['a'], rate: 0 }, 400, 'field-invalid'],
    [{ ids: ['a'], rate: 201 }, 400, 'field-invalid'],
    [{ ids: ['a\u0000'] }, 400, 'field-invalid'],
  ])('of %j is refused, and starts nothing', async (json, status, code) => {
    const before = await lab.temporal.client.workflow.count('WorkflowType="BulkRetry"');
    expect(await start(json)).toMatchObject({ status, ok: false, code });
    expect(await lab.temporal.client.workflow.count('WorkflowType="BulkRetry"')).toEqual(before);
  });

  test('that does not exist is unknown', async () => {
    const { status, json } = await api.call('GET', '/api/v1/retries/nothing');
    expect(status).toBe(404);
    expect(json).toMatchObject({ ok: false, code: 'retry-unknown' });
  });
});
