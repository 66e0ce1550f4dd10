import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { refused } from '../setup/cloud-function';
import { ALL_FAR, eventually, LIMITS, useLab } from '../setup/delivery-lab';
import { openTemporalAway } from '../setup/temporal-away';
import { answersLate } from '../setup/temporal-late';
import { use } from '../setup/use';
import { serveDeliveries } from './delivery-api';

const lab = useLab();
const api = use(() => serveDeliveries(lab));

const messageOf = (userId: string): Promise<string> =>
  eventually(async () => {
    const { rows } = await lab.db.pool.query<{ message_id: string }>(
      `select message_id from express_notifications where recipient_id = $1`,
      [userId],
    );
    return rows[0]?.message_id;
  });
const sendStatusOf = async (messageId: string): Promise<unknown> => {
  const { json } = await api.call('GET', `/api/v1/notifications/${messageId}`);
  return (json['notification'] as Record<string, unknown>)['send_status'];
};
const retry = (messageId: string, json: unknown = {}, by = api) =>
  by.call('POST', `/api/v1/notifications/${messageId}/retry`, { json });

describe('a retry', () => {
  test('of an open delivery asks it, and reaches the phone that was refused', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      const messageId = await messageOf(parcel.userId);
      await eventually(async () => (await sendStatusOf(messageId)) === 'failed');
      lab.cloud.answer(cid);

      const { status, json } = await retry(messageId, { operator: 'ann', reason: 'fixed' });

      expect(status).toBe(200);
      expect(json).toMatchObject({
        ok: true,
        workflow_id: handle.workflowId,
        run_id: handle.firstExecutionRunId,
        restarted: false,
        message: expect.any(String),
        temporal_ui: expect.stringContaining(encodeURIComponent(handle.workflowId)),
      });
      await eventually(async () => (await sendStatusOf(messageId)) === 'success');
    });
    expect(lab.cloud.countFor(cid)).toBe(2);
  });

  test('is asked for by any name of the delivery, and by dry run first', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, refused);
    await lab.withWorker(async () => {
      const { workflowId } = await lab.start(parcel, 'delivered', 1);
      const messageId = await messageOf(parcel.userId);
      await eventually(async () => (await sendStatusOf(messageId)) === 'failed');
      const byName = (name: string, json: object) =>
        api.call('POST', `/api/v1/deliveries/${encodeURIComponent(name)}/retry`, { json });
      for (const name of [workflowId, messageId, parcel.trackingNo]) {
        expect(await byName(name, { dry_run: true })).toMatchObject({
          status: 200,
          json: { workflow_id: workflowId, run_id: null, restarted: false },
        });
      }
      expect(lab.cloud.countFor(cid)).toBe(1);
      expect(await byName(workflowId, { dry_run: true, devices: ['no-such-phone'] })).toMatchObject({
        status: 409,
        json: { code: 'nothing-to-retry' },
      });
      expect(await byName('YT-nobody', {})).toMatchObject({
        status: 404,
        json: { code: 'delivery-unknown', field: 'name' },
      });
      lab.cloud.answer(cid);
      expect((await byName(workflowId, {})).status).toBe(200);
      await eventually(async () => (await sendStatusOf(messageId)) === 'success');

      await lab.db.pool.query(
        `insert into express_notifications (message_id, recipient_id, workflow_id) values ($1, 'u', 'delivery/another')`,
        [parcel.trackingNo],
      );
      const { status, json } = await byName(parcel.trackingNo, {});
      expect({ status, json }).toMatchObject({ status: 400, json: { code: 'field-invalid', field: 'name' } });
      for (const id of [workflowId, 'delivery/another']) expect(json['message']).toContain(id);
    });
    expect(lab.cloud.countFor(cid)).toBe(2);
  });

  test('of a delivery that is still pushing is refused with the reason', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const release = lab.cloud.hold();
    await lab.withWorker(
      async () => {
        await lab.start(parcel, 'delivered', 1);
        const messageId = await messageOf(parcel.userId);
        await eventually(() => Promise.resolve(lab.cloud.countFor(parcel.cids[0] ?? '') === 1));
        const { status, json } = await retry(messageId);
        release();
        expect(status).toBe(409);
        expect(json).toMatchObject({
          ok: false,
          code: 'nothing-to-retry',
          message: 'nothing to retry: the delivery is pushing to 1 devices by itself',
        });
      },
      undefined,
      ALL_FAR,
    );
  });

  test('of an open delivery for devices that need nothing is refused, and does not wake it', async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 0 });
    const [good = '', bad = ''] = parcel.cids;
    lab.cloud.answer(bad, refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      const messageId = await messageOf(parcel.userId);
      await eventually(async () =>
        (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
      );
      const before = (await handle.fetchHistory()).events?.length;
      for (const devices of [['no-such-phone'], [good]]) {
        expect(await retry(messageId, { devices })).toMatchObject({
          status: 409,
          json: {
            code: 'nothing-to-retry',
            message: 'nothing to retry: none of these devices still needs the message',
          },
        });
      }
      expect((await handle.fetchHistory()).events).toHaveLength(before ?? 0);
      lab.cloud.answer(bad);
      expect((await retry(messageId, { devices: [bad] })).status).toBe(200);
      await eventually(async () => (await sendStatusOf(messageId)) === 'success');
    });
    expect([good, bad].map((cid) => lab.cloud.countFor(cid))).toEqual([1, 2]);
  });

  test('of a closed delivery starts it again, under the same id, and reaches the phone', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [bad = '', good = ''] = parcel.cids;
    lab.cloud.answer(bad, refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1, { limits: { ...LIMITS, retry: 100 } });
      await handle.result();
      const messageId = await messageOf(parcel.userId);
      lab.cloud.answer(bad);

      const { status, json } = await retry(messageId, { operator: 'ann', devices: [bad] });

      expect(status).toBe(200);
      expect(json).toMatchObject({ ok: true, restarted: true, workflow_id: handle.workflowId });
      expect(json['run_id']).not.toBe(handle.firstExecutionRunId);
      await eventually(async () => (await sendStatusOf(messageId)) === 'success');

      const { events } = await lab.temporal.client.workflow
        .getHandle(handle.workflowId, json['run_id'] as string)
        .fetchHistory();
      const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
      expect(JSON.parse(Buffer.from(payload ?? []).toString())).toMatchObject({
        update: { trackingNo: parcel.trackingNo },
        limits: loadConfig({}).waitLimits,
        retryOf: { operator: 'ann', devices: [bad], runId: handle.firstExecutionRunId },
      });
    });
    expect([lab.cloud.countFor(bad), lab.cloud.countFor(good)]).toEqual([2, 1]);
  });

  test('to which Temporal answers late may have begun, and says so; another pushes to nobody twice', async () => {
    const parcel = await lab.parcel();
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, refused);
    // It finds the delivery in time.
    const late = await serveDeliveries(lab, { temporal: answersLate(lab.temporal.client, 1) });
    await lab.withWorker(async () => {
      await (await lab.start(parcel, 'delivered', 1, { limits: { ...LIMITS, retry: 100 } })).result();
      const messageId = await messageOf(parcel.userId);
      lab.cloud.answer(cid);

      const { status, json } = await retry(messageId, {}, late);

      expect(status).toBe(503);
      expect(json).toMatchObject({
        code: 'temporal-unavailable',
        message:
          'Temporal did not answer in time, and the retry may have begun; asking again pushes to nobody twice',
      });
      await eventually(async () => (await sendStatusOf(messageId)) === 'success');
      expect(await retry(messageId)).toMatchObject({ status: 409, json: { code: 'nothing-to-retry' } });
    });
    expect(lab.cloud.countFor(cid)).toBe(2);
    await late.close();
  });

  test('without a worker is refused for now, and the delivery stays as it is', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const handle = await lab.start(parcel, 'delivered', 1);
    const messageId = `m:${parcel.trackingNo}`;
    await lab.db.pool.query(
      `insert into express_notifications (message_id, recipient_id, workflow_id) values ($1, $2, $3)`,
      [messageId, parcel.userId, handle.workflowId],
    );
    const { status, headers, json } = await retry(messageId);
    await lab.terminate(handle.workflowId);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(json).toMatchObject({ ok: false, code: 'worker-unavailable' });
  });

  test('of a delivery that Temporal has forgotten is refused', async () => {
    const messageId = 'm:forgotten';
    await lab.db.pool.query(
      `insert into express_notifications (message_id, recipient_id, workflow_id) values ($1, 'u', 'delivery/forgotten')`,
      [messageId],
    );
    const { status, json } = await retry(messageId);
    expect(status).toBe(409);
    expect(json).toMatchObject({ ok: false, code: 'history-gone' });
  });

  test('while Temporal is away is refused after a second or two, not after the 19 s of the client', async () => {
    const messageId = 'm:away';
    await lab.db.pool.query(
      `insert into express_notifications (message_id, recipient_id, workflow_id) values ($1, 'u', 'delivery/any')`,
      [messageId],
    );
    const away = await openTemporalAway();
    const withoutTemporal = await serveDeliveries(lab, { temporal: away.client });
    const startedAt = performance.now();
    const { status, headers, json } = await retry(messageId, {}, withoutTemporal);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(json).toMatchObject({ ok: false, code: 'temporal-unavailable' });
    await withoutTemporal.close();
    await away.close();
  });

  test.each([
    ['operator', 7],
    ['operator', 'x'.repeat(201)],
    ['reason', 'x'.repeat(201)],
    ['devices', []],
    ['devices', 'cid-1'],
    ['devices', Array<string>(101).fill('cid-1')],
  ])('with an impossible %s is refused', async (field, value) => {
    const { status, json } = await retry('m:any', { [field]: value });
    expect(status).toBe(400);
    expect(json).toMatchObject({ ok: false, code: 'field-invalid', field });
  });
});
