import { describe, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { loadConfig } from '../../src/config/config';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { startDelivery } from '../../src/deliveries/start';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { kdniao } from '../../src/sources/kdniao';
import { kuaidi100 } from '../../src/sources/kuaidi100';
import { seventeenTrack } from '../../src/sources/seventeen-track';
import type { DeliveryResult } from '../../src/workflows/contract';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { serveDeliveries, type Json } from '../api/delivery-api';
import { eventually, LIMITS, shipmentUpdate, type WorkerChange, useLab } from '../setup/delivery-lab';
import { onlyUpdate } from '../sources/read';
import { CONDITIONS, formRequest } from '../sources/requests';
import { sign17Track } from '../sources/vectors/17track';

/** What three aggregators call the same carrier. */
const SAYS: Readonly<Record<string, (trackingNo: string, com?: string) => ShipmentUpdate>> = {
  kuaidi100: (nu, com = 'yuantong') => {
    const data = [{ time: '2026-03-02 07:40:55', context: '派件中', statusCode: '5' }];
    const param = JSON.stringify({ status: 'polling', lastResult: { com, nu, state: '5', data } });
    return onlyUpdate(kuaidi100.parse(formRequest({ param }), CONDITIONS));
  },
  kdniao: (LogisticCode, ShipperCode = 'YTO') => {
    const trace = { AcceptTime: '2026-03-02 07:40:55', AcceptStation: '派件中', Action: '202' };
    const row = { ShipperCode, LogisticCode, Success: true, State: '2', StateEx: '202', Traces: [trace] };
    const RequestData = JSON.stringify({ EBusinessID: '1', Count: '1', Data: [row] });
    return onlyUpdate(kdniao.parse(formRequest({ RequestData, RequestType: '101' }), CONDITIONS));
  },
  '17track': (number, carrier = '190157') => {
    const sub_status = 'OutForDelivery_Other';
    const event = { time_utc: '2026-03-01T23:40:55Z', description: '派件中', sub_status };
    const track_info = {
      latest_status: { status: 'OutForDelivery', sub_status },
      tracking: { providers: [{ events: [event] }] },
    };
    const data = { number, carrier: Number(carrier), track_info };
    const request = sign17Track(JSON.stringify({ event: 'TRACKING_UPDATED', data }));
    return onlyUpdate(seventeenTrack.parse(request, CONDITIONS));
  },
};

describe('one carrier of many names', () => {
  const lab = useLab();

  const unique = (): string => randomBytes(4).toString('hex').toUpperCase();
  const digits = (): string => String(parseInt(unique(), 16)).padStart(12, '7');

  async function order(): Promise<{ orderId: string; userId: string; cid: string }> {
    const [orderId, userId] = [`O-${unique()}`, `u-${unique()}`];
    await lab.db.pool.query(`insert into ml_orders (id, user_id) values ($1, $2)`, [orderId, userId]);
    return { orderId, userId, cid: await lab.registerDevice({ userId }) };
  }
  async function row(carrier: string | null, number: string, orderId: string | null): Promise<string> {
    const { rows } = await lab.db.pool.query<{ id: string }>(
      `insert into platform_express_waybills (carrier, tracking_no, order_id) values ($1, $2, $3) returning id`,
      [carrier, number, orderId],
    );
    return rows[0]?.id ?? '';
  }
  const rowsOf = async (number: string): Promise<Json[]> =>
    (
      await lab.db.pool.query<Json>(
        `select id, carrier, order_id from platform_express_waybills where tracking_no = any ($1) order by carrier`,
        [[number, number.toLowerCase()]],
      )
    ).rows;
  async function start(update: ShipmentUpdate) {
    const { client, taskQueue } = lab.temporal;
    const workflowId = deliveryWorkflowId(update);
    await startDelivery({ temporal: client, taskQueue }, { update, limits: LIMITS }, workflowId);
    return client.workflow.getHandle<() => Promise<DeliveryResult>>(workflowId);
  }
  const outcomeOf = async (update: ShipmentUpdate): Promise<string> =>
    (await (await start(update)).result()).outcome;
  const waits = async (handle: Awaited<ReturnType<typeof start>>): Promise<boolean> =>
    eventually(async () =>
      (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('order-not-found'),
    );
  const sweep = (): Promise<unknown> =>
    lab.temporal.client.workflow.execute('SweepWaits', {
      taskQueue: lab.temporal.taskQueue,
      workflowId: `sweep-${randomUUID()}`,
    });
  const why = async (number: string): Promise<Json[]> => {
    const api = await serveDeliveries(lab);
    try {
      const { json } = await api.call('GET', `/api/v1/deliveries?name=${encodeURIComponent(number)}`);
      return json['deliveries'] as Json[];
    } finally {
      await api.close();
    }
  };

  describe.each(['圆通速递', 'yto', 'YTO', ' ＹＴＯ ', 'yuantong'])('that the shop calls %j', (name) => {
    test.each(Object.keys(SAYS))('is told of once by %s, and has one row', async (source) => {
      const { orderId, cid } = await order();
      const number = `YT${unique()}`;
      const id = await row(name, number.toLowerCase(), orderId);
      await lab.withWorker(async () => {
        const said = SAYS[source]?.(number) as ShipmentUpdate;
        expect(await outcomeOf(said)).toBe('success');
        // Its carrier says the same under its own name.
        const again = shipmentUpdate(number, [['out_for_delivery', 1]]);
        expect(await outcomeOf({ ...again, source: 'yto', events: said.events })).toBe('nothing-new');
      });
      expect(lab.cloud.countFor(cid)).toBe(1);
      expect(await rowsOf(number)).toEqual([{ id, carrier: name, order_id: orderId }]);
    });
  });

  test('gets one row, whichever names come at once', async () => {
    const number = `YT${unique()}`;
    await lab.withWorker(async () => {
      const said = Object.values(SAYS).map((say) => say(number));
      const handles = await Promise.all(said.map(start));
      await eventually(async () => (await rowsOf(number)).length > 0);
      const { orderId } = await order();
      await eventually(async () => {
        const api = await serveDeliveries(lab);
        const path = `/api/v1/waybills/${encodeURIComponent('圆通')}/${number}`;
        const { status } = await api.call('PUT', path, { json: { order_id: orderId } });
        await api.close();
        return status === 200;
      });
      await Promise.all(handles.map((handle) => handle.result()));
      expect(await rowsOf(number)).toHaveLength(1);
    });
  });

  test('is meant by the shop’s own name once CARRIER_MAP says so', async () => {
    const { orderId, cid } = await order();
    const number = `YT${unique()}`;
    await row('圆通上海仓', number, orderId);
    const { carriers } = loadConfig({ CARRIER_MAP: '{"圆通上海仓":"yto"}' });
    const mapped: WorkerChange = { carriers };
    await lab.withWorker(
      async () => {
        const said = shipmentUpdate(number, [['delivered', 3]]);
        expect(await outcomeOf({ ...said, carrier: 'yuantong' })).toBe('success');
      },
      undefined,
      mapped,
    );
    expect(lab.cloud.countFor(cid)).toBe(1);
    expect(await rowsOf(number)).toHaveLength(1);
  });

  test('goes on where it waits, once CARRIER_MAP says whose name it is', async () => {
    const { orderId, cid } = await order();
    const number = `YT${unique()}`;
    await row('圆通广州仓', number, orderId);
    const said = { ...shipmentUpdate(number, [['delivered', 3]]), carrier: 'yuantong' };
    const handle = await lab.withWorker(async () => {
      const started = await start(said);
      await waits(started);
      return started;
    });
    const { carriers } = loadConfig({ CARRIER_MAP: '{"圆通广州仓":"圆通"}' });
    await lab.withWorker(
      async () => {
        await sweep();
        expect((await handle.result()).outcome).toBe('success');
      },
      undefined,
      { carriers },
    );
    expect(lab.cloud.countFor(cid)).toBe(1);
  });

  test('is not another carrier with the same digits, which is named beside it', async () => {
    const { orderId, cid } = await order();
    const number = digits();
    await row('中通快递', number, orderId);
    await lab.withWorker(async () => {
      const handle = await start(shipmentUpdate(number, [['delivered', 3]]));
      await waits(handle);
      expect(lab.cloud.countFor(cid)).toBe(0);
      expect(await rowsOf(number)).toHaveLength(2);
      const [told] = await why(number);
      expect(told?.['near']).toEqual([{ carrier: '中通快递', order_id: orderId }]);
      expect((told?.['explanation'] as Json)['en']).toContain(
        `The same number exists under 中通快递, with order ${orderId}. If that is this parcel, say in CARRIER_MAP`,
      );
      const api = await serveDeliveries(lab);
      const { json } = await api.call('GET', '/api/v1/attention?kind=order-not-found');
      expect(json['attention']).toContainEqual(
        expect.objectContaining({
          tracking_no: number,
          words: `The same number exists under 中通快递, with order ${orderId}.`,
        }),
      );
      await api.close();
      await handle.cancel();
      await handle.result().catch(() => undefined);
    });
  });

  test('is found under another name by an aggregator, where just one row of the number has an order', async () => {
    const { orderId, cid } = await order();
    const number = digits();
    await row('圆通北京仓', number, orderId);
    await row('some-other', number, null);
    await lab.withWorker(async () => {
      expect(await outcomeOf(SAYS['kuaidi100']?.(number) as ShipmentUpdate)).toBe('success');
      // Another aggregator has other ids for the same scan, and tells nobody anything.
      expect(await outcomeOf(SAYS['17track']?.(number) as ShipmentUpdate)).toBe('stale');
    });
    expect(lab.cloud.countFor(cid)).toBe(1);
    expect(await rowsOf(number)).toHaveLength(2);
  });

  test('is not taken for one of two rows with orders, even by an aggregator', async () => {
    const number = digits();
    const [one, other] = [await order(), await order()];
    await row('zto', number, one.orderId);
    await row('sto', number, other.orderId);
    await lab.withWorker(async () => {
      const handle = await start(SAYS['kuaidi100']?.(number) as ShipmentUpdate);
      await waits(handle);
      expect([lab.cloud.countFor(one.cid), lab.cloud.countFor(other.cid)]).toEqual([0, 0]);
      expect((await why(number))[0]?.['near']).toHaveLength(2);
      await handle.cancel();
      await handle.result().catch(() => undefined);
    });
  });

  describe('whose waybill stands twice', () => {
    test('is told through the row with the order, and the other one stays', async () => {
      const { orderId, cid } = await order();
      const number = `YT${unique()}`;
      const second = await row('yuantong', number, null);
      const used = await row('圆通速递', number, orderId);
      await lab.withWorker(async () => {
        expect(await outcomeOf(SAYS['kuaidi100']?.(number) as ShipmentUpdate)).toBe('success');
      });
      expect(lab.cloud.countFor(cid)).toBe(1);
      expect(await rowsOf(number)).toEqual([
        { id: second, carrier: 'yuantong', order_id: null },
        { id: used, carrier: '圆通速递', order_id: orderId },
      ]);
    });

    test('goes on when the order comes with a second row, and is not told again under that', async () => {
      const { orderId, cid } = await order();
      const number = `YT${unique()}`;
      await lab.withWorker(async () => {
        const said = SAYS['kuaidi100']?.(number) as ShipmentUpdate;
        const handle = await start(said);
        await waits(handle);
        // The shop writes its row later than its carrier speaks.
        const used = await row('圆通速递', number, orderId);
        await sweep();
        expect((await handle.result()).outcome).toBe('success');
        expect(await outcomeOf({ ...said, carrier: 'yto', source: 'yto' })).toBe('nothing-new');
        expect(lab.cloud.countFor(cid)).toBe(1);
        const { rows } = await lab.db.pool.query(
          `select waybill_id::text as id, order_id from express_notifications where tracking_no = $1`,
          [number],
        );
        expect(rows).toEqual([{ id: used, order_id: orderId }]);
      });
    });

    test('ends what still waits on the other row, when newer news are told', async () => {
      const { orderId, cid } = await order();
      const number = `YT${unique()}`;
      await lab.withWorker(async () => {
        const handle = await start(SAYS['kdniao']?.(number) as ShipmentUpdate);
        await waits(handle);
        await row('圆通速递', number, orderId);
        const arrived = shipmentUpdate(number, [['delivered', 24 * 40]]);
        expect(await outcomeOf({ ...arrived, carrier: 'yuantong' })).toBe('success');
        expect((await handle.result()).outcome).toBe('superseded');
      });
      expect(lab.cloud.countFor(cid)).toBe(1);
    });

    test('goes on when a person links the order under any of its names', async () => {
      const { orderId, cid } = await order();
      const number = `YT${unique()}`;
      const api = await serveDeliveries(lab);
      await lab.withWorker(async () => {
        const handle = await start(SAYS['kuaidi100']?.(number) as ShipmentUpdate);
        await waits(handle);
        await row('圆通速递', number, null);
        const path = `/api/v1/waybills/${encodeURIComponent('圆通速递')}/${number}`;
        const refused = await api.call('PUT', path, { json: { order_id: 'O-none' } });
        expect(refused.json['code']).toBe('order-unknown');
        const { json } = await api.call('PUT', path, { json: { order_id: orderId } });
        expect(json).toMatchObject({ waybill: { carrier: '圆通速递', order_id: orderId }, woken: 1 });
        expect((await handle.result()).outcome).toBe('success');
        const again = await api.call('PUT', path, { json: { order_id: 'O-none' } });
        expect(again.json['message']).toContain(
          `The same number exists under 圆通速递, with order ${orderId}.`,
        );
      });
      await api.close();
      expect(lab.cloud.countFor(cid)).toBe(1);
    });
  });
});
