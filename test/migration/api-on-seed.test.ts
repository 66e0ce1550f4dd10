import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { serveDeliveries } from '../api/delivery-api';
import { useLab } from '../setup/delivery-lab';
import { useOldSystem } from '../setup/old-system';
import { use } from '../setup/use';

describe('the API on a migrated database of the old system', () => {
  const lab = useLab('seed');
  const api = use(() => serveDeliveries(lab));
  const old = useOldSystem(lab);

  const register = (json: object) => api.call('POST', '/api/v1/push/register', { json });
  const rowsOf = async (cid: string): Promise<unknown[]> => {
    const { rows } = await lab.db.pool.query<object>(
      `select appid, user_id, merchant_id, is_active from push_devices where cid = $1 order by appid`,
      [cid],
    );
    return rows;
  };

  test('registers, lists and retires devices by uuid, and names an id that is none', async () => {
    const [user_id, merchant_id] = [randomUUID(), randomUUID()];
    const { json } = await register({ cid: 'uuid-phone', user_id, merchant_id, platform: 'ios' });
    expect(json).toMatchObject({ ok: true, device: { appid: 'default', user_id, merchant_id } });
    for (const owner of [`user_id=${user_id}`, `merchant_id=${merchant_id}`]) {
      expect((await api.call('GET', `/api/v1/push/devices?active=true&${owner}`)).json).toMatchObject({
        count: 1,
        devices: [{ cid: 'uuid-phone' }],
      });
    }
    await api.call('POST', '/api/v1/push/unregister', { json: { cid: 'uuid-phone' } });
    expect(await rowsOf('uuid-phone')).toMatchObject([{ is_active: false }]);
    expect(await register({ cid: 'uuid-phone', user_id: 'nobody' })).toMatchObject({
      status: 400,
      json: { code: 'field-invalid', field: 'user_id' },
    });
  });

  test('moves a phone that is known under another app, where the old key allows one row for a cid', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    await register({ cid: 'moving-phone', appid: 'old-app', user_id: first });
    const { json } = await register({ cid: 'moving-phone', appid: 'new-app', user_id: second });
    expect(json).toMatchObject({ ok: true, device: { appid: 'new-app', user_id: second } });
    expect(await rowsOf('moving-phone')).toEqual([
      { appid: 'new-app', user_id: second, merchant_id: null, is_active: true },
    ]);

    await old.registerDevice({ cid: 'moving-phone', user_id: first, merchant_id: null });
    expect(await rowsOf('moving-phone')).toMatchObject([{ appid: 'default', user_id: first }]);
  });

  test('keeps two apps on one cid apart, where the old key is gone', async () => {
    await lab.db.pool.query('alter table push_devices drop constraint push_devices_cid_key');
    await register({ cid: 'shared-cid', appid: 'app-1', user_id: randomUUID() });
    await register({ cid: 'shared-cid', appid: 'app-2', user_id: randomUUID() });
    expect(await rowsOf('shared-cid')).toMatchObject([{ appid: 'app-1' }, { appid: 'app-2' }]);
  });

  test('takes a webhook, links the order by uuid, wakes the delivery, lists it, and takes the receipt', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 }, false);
    const [cid = ''] = parcel.cids;
    await lab.withWorker(async () => {
      const scan = {
        carrier: 'yto',
        tracking_no: parcel.trackingNo,
        status: 'delivered',
        event_text: '已签收',
      };
      const { json } = await api.call('POST', '/webhook/express/status', {
        json: { ...scan, event_time: '2026-02-06 10:11:00' },
      });
      const waybill = `/api/v1/waybills/yto/${parcel.trackingNo}`;
      expect(await api.call('PUT', waybill, { json: { order_id: 'ORDER-1' } })).toMatchObject({
        status: 400,
        json: { code: 'field-invalid', field: 'order_id' },
      });
      expect(await api.call('PUT', waybill, { json: { order_id: randomUUID() } })).toMatchObject({
        json: { code: 'order-unknown' },
      });
      expect(await api.call('PUT', waybill, { json: { order_id: parcel.orderId } })).toMatchObject({
        json: { ok: true, waybill: { order_id: parcel.orderId } },
      });
      await lab.temporal.client.workflow.getHandle(String(json.workflow_id)).result();
    });
    const listed = await api.call('GET', `/api/v1/notifications?recipient_id=${parcel.userId}`);
    const [notification] = listed.json.notifications as { message_id: string; send_status: string }[];
    expect(notification?.send_status).toBe('success');
    const receipt = { message_id: notification?.message_id, cid, event: 'clicked' };
    expect((await api.call('POST', '/api/v1/push/receipts', { json: receipt })).json).toMatchObject({
      ok: true,
    });
  });

  test('finds the waybill whose number is unique in the shop, whatever its carrier is called there', async () => {
    const parcel = await lab.parcel();
    await lab.db.pool.query(
      `update platform_express_waybills set carrier = '圆通速递' where tracking_no = $1`,
      [parcel.trackingNo],
    );
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
  });
});
