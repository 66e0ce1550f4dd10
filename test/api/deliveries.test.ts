import { describe, expect, test } from '@jest/globals';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { refused } from '../setup/cloud-function';
import { eventually, LIMITS, useLab } from '../setup/delivery-lab';
import { openTemporalAway } from '../setup/temporal-away';
import { use } from '../setup/use';
import { AT_ONCE } from './api-lab';
import { type Json, serveDeliveries } from './delivery-api';

const lab = useLab();
const api = use(() => serveDeliveries(lab));

const why = async (name: string, from = api): Promise<Json[]> => {
  const { status, json } = await from.call('GET', `/api/v1/deliveries?name=${encodeURIComponent(name)}`);
  expect(status).toBe(200);
  return json['deliveries'] as Json[];
};
const send = (trackingNo: string, status: string, from = api) =>
  from.call('POST', '/webhook/express/status', {
    json: {
      ...{ carrier: 'yto', tracking_no: trackingNo, status, event_text: 'scan' },
      event_time: '2026-02-06 10:11:00',
    },
    // Others have no Temporal to wait for.
    ...(from !== api && { headers: AT_ONCE }),
  });

describe('from "my customer got no push" to the cause, in one answer', () => {
  test('a phone that was refused: its words, what waits and until when, by any name of the delivery', async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 0 });
    lab.cloud.answer(parcel.cids[1] ?? '', refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(async () =>
        (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
      );
      const [found] = await why(parcel.trackingNo.toLowerCase());
      expect(found).toMatchObject({
        ...{
          workflow_id: handle.workflowId,
          status: 'delivered',
          state: 'open',
          explanation: null,
          problem: null,
        },
        notifications: [
          { aud: 'user', send_status: 'partial', pushes: expect.any(Array) },
          { aud: 'merchant', send_status: 'no-targets', pushes: [] },
        ],
      });
      const waits = found?.['waits'] as Json[];
      expect(waits.map(({ kind, audience }) => [kind, audience])).toEqual([
        ['push-failed', 'user'],
        ['no-targets', 'merchant'],
      ]);
      const [toUser] = found?.['notifications'] as { message_id: string; pushes: Json[] }[];
      expect(toUser?.pushes.filter(({ state }) => state === 'failed')).toMatchObject([
        { code: 'bad_payload', explanation: { en: expect.stringContaining('refuses the message itself') } },
      ]);
      for (const name of [handle.workflowId, toUser?.message_id ?? ''])
        expect(await why(name)).toEqual([found]);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
    });
  });

  test('what one audience no longer waits for is not overdue while the other still waits', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    lab.cloud.answer(parcel.cids[0] ?? '', refused);
    await lab.withWorker(async () => {
      const limits = { ...LIMITS, device: 100, firstDevice: 100 };
      const handle = await lab.start(parcel, 'delivered', 1, { limits });
      await eventually(
        async () => (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.join() === 'push-failed',
      );
      const agoOf = (kind: string) =>
        lab.db.pool.query(
          `update waybell.express_waits set deadline = now() - interval '10 minutes' where workflow_id = $1 and kind = $2`,
          [handle.workflowId, kind],
        );
      expect((await agoOf('device')).rowCount).toBe(1);
      const attention = async (): Promise<Json[]> =>
        ((await api.call('GET', '/api/v1/attention?limit=200')).json['attention'] as Json[]).filter(
          ({ workflow_id: id }) => id === handle.workflowId,
        );
      expect(await attention()).toMatchObject([{ kind: 'push-failed', alarm: false }]);
      expect((await why(handle.workflowId))[0]?.['waits']).toMatchObject([{ kind: 'push-failed' }]);
      // With none ahead, nothing waits any more that should keep it open.
      await agoOf('retry');
      expect(await attention()).toMatchObject([
        { alarm: true, why: 'its time is over' },
        { alarm: true, why: 'its time is over' },
      ]);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
    });
  });

  test('a parcel without an order, a word that is not known: what waits first, whatever was said after it', async () => {
    const parcel = await lab.parcel({}, false);
    await lab.withWorker(async () => {
      await lab.start(parcel, 'picked_up', 1);
      await eventually(async () => ((await why(parcel.trackingNo))[0]?.['waits'] as Json[])[0]);
      await (await lab.start(parcel, 'unheard-of', 2)).result();
      const [before, newest] = await why(parcel.trackingNo);
      expect(newest).toMatchObject({
        ...{ status: null, state: 'closed', outcome: 'unknown-status' },
        explanation: { en: expect.stringContaining('The status word "unheard-of" is not known') },
      });
      // As a replay does it, once STATUS_MAP knows the word.
      await lab.db.pool.query(
        `update waybell.platform_express_events set status = 'in_transit' where raw_status = 'unheard-of'`,
      );
      expect((await why(parcel.trackingNo))[1]).toMatchObject({
        explanation: { en: expect.stringContaining('It was read again since, as in_transit') },
      });
      expect(before).toMatchObject({
        explanation: { en: expect.stringContaining('has no order') },
        named_order: null,
        waits: [{ kind: 'order-not-found', audience: null, ends_by: 'an order is linked to the waybill' }],
      });
      const nameOrder = (id: string): Promise<unknown> =>
        lab.db.pool.query('update platform_express_waybills set order_id = $1 where tracking_no = $2', [
          id,
          parcel.trackingNo,
        ]);
      await nameOrder('O-of-nobody');
      expect((await why(parcel.trackingNo))[0]).toMatchObject({
        named_order: 'O-of-nobody',
        explanation: {
          en: expect.stringContaining('names the order O-of-nobody, which the shop does not have'),
        },
      });
      await lab.linkOrder(parcel);
      await lab.deps.wake({ workflowId: String(before?.['workflow_id']), came: 'order' });
      await lab.temporal.client.workflow.getHandle(String(before?.['workflow_id'])).result();
    });
  });

  test('rows of the shop that contradict each other, and what to do, in both languages', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 0 });
    const again = `insert into platform_express_waybills (carrier, tracking_no, order_id) values ('yto', $1, $2)`;
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(async () => ((await why(parcel.trackingNo))[0]?.['waits'] as Json[])[0]);
      expect((await why(parcel.trackingNo))[0]).toMatchObject({ contradictions: [] });
      await lab.db.pool.query(again, [parcel.trackingNo, parcel.orderId]);
      const [found] = await why(parcel.trackingNo);
      expect(found?.['contradictions']).toEqual([
        {
          code: 'same-order',
          explanation: {
            en: expect.stringContaining('Delete all of these rows but one'),
            zh: expect.stringContaining(`订单 ${parcel.orderId}`),
          },
        },
      ]);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
    });
  });

  test('a database that refuses a step: its words, and how often it was tried', async () => {
    const parcel = await lab.parcel();
    let refuses = true;
    await lab.withWorker(
      async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        const found = await eventually(async () => {
          const [one] = await why(parcel.trackingNo).catch(() => []);
          return one?.['problem'] && one;
        });
        expect(found).toMatchObject({
          ...{ state: 'open', notifications: [], waits: [] },
          problem: {
            step: 'resolveRecipients',
            words: expect.stringContaining('permission denied for table'),
          },
        });
        refuses = false;
        await handle.result();
        expect(await why(parcel.trackingNo)).toMatchObject([{ state: 'closed', problem: null }]);
      },
      ({ resolveRecipients, ...others }) => ({
        ...others,
        resolveRecipients: (input) =>
          refuses
            ? Promise.reject(new Error('permission denied for table ml_orders'))
            : resolveRecipients(input),
      }),
    );
  });

  test('a webhook that no worker has touched, and one that only a journal has', async () => {
    const [untouched, kept] = [await lab.parcel(), await lab.parcel()];
    await send(untouched.trackingNo, 'delivered');
    const found = await eventually(async () => {
      const deliveries = await why(untouched.trackingNo).catch(() => []);
      // On a loaded machine Temporal takes it a moment after the answer; until then a journal has it.
      return deliveries.some(({ state }) => state === 'open') && deliveries;
    });
    expect(found).toMatchObject([
      {
        ...{ state: 'open', status: null, problem: null },
        explanation: { en: expect.stringContaining('no worker takes it') },
      },
    ]);
    const away = await openTemporalAway();
    const withoutTemporal = await serveDeliveries(lab, { temporal: away.client });
    await send(kept.trackingNo, 'delivered', withoutTemporal);
    expect(await eventually(() => why(kept.trackingNo).catch(() => undefined))).toMatchObject([
      { state: 'kept', explanation: { en: expect.stringContaining('a journal keeps it') } },
    ]);
    await withoutTemporal.close();
    await away.close();
    // That journal is gone with its folder; what it had not given to Temporal was never delivered.
    await lab.db.pool.query(
      'delete from waybell.webhooks where kept_by is not null; delete from waybell.journals',
    );
  });

  test('a number as carriers write it, in Temporal and in a journal', async () => {
    const [untouched, kept] = ['.A1/1', '#(2)'].map((marks) => `${Date.now()}${marks}`) as [string, string];
    await send(untouched, 'delivered');
    const [found] = await eventually(async () => {
      const deliveries = await why(untouched).catch(() => []);
      return deliveries.some(({ state }) => state === 'open') && deliveries;
    });
    expect(String(found?.['workflow_id']).split('/').map(decodeURIComponent)[3]).toBe(untouched);

    const away = await openTemporalAway();
    const withoutTemporal = await serveDeliveries(lab, { temporal: away.client });
    await send(kept, 'delivered', withoutTemporal);
    expect(await eventually(() => why(kept).catch(() => undefined))).toMatchObject([{ state: 'kept' }]);
    await withoutTemporal.close();
    await away.close();
    await lab.db.pool.query(
      'delete from waybell.webhooks where kept_by is not null; delete from waybell.journals',
    );
  });

  test('while Temporal is away it says so, and what the database knows', async () => {
    const parcel = await lab.parcel({}, false);
    const handle = await lab.withWorker(async () => {
      const started = await lab.start(parcel, 'delivered', 1);
      await eventually(
        async () => ((await why(parcel.trackingNo).catch(() => []))[0]?.['waits'] as Json[])?.[0],
      );
      return started;
    });
    const away = await openTemporalAway();
    const withoutTemporal = await serveDeliveries(lab, { temporal: away.client });
    expect(await why(parcel.trackingNo, withoutTemporal)).toMatchObject([
      {
        problem: { step: 'Temporal', words: 'does not answer' },
        waits: [{ kind: 'order-not-found' }],
      },
    ]);
    // What the database does not know, Temporal may.
    const route = '/api/v1/deliveries?name=NOBODY-8';
    expect(await withoutTemporal.call('GET', route)).toMatchObject({
      status: 503,
      json: { code: 'temporal-unavailable' },
    });
    await withoutTemporal.close();
    await away.close();
    await lab.terminate(handle.workflowId);
  });

  test.each(['NOBODY-7', 'no delivery at all', 'delivery/own-system/yto/NOBODY-7/abc'])(
    'nothing was accepted about %j',
    async (name) => {
      const answer = await api.call('GET', `/api/v1/deliveries?name=${encodeURIComponent(name)}`);
      expect(answer).toMatchObject({
        status: 404,
        json: { code: 'delivery-unknown', message: `no webhook about ${name} was accepted` },
      });
    },
  );
});
