import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { createPersistWaybill } from '../../src/activities/persist-waybill';
import { loadConfig } from '../../src/config/config';
import type { Decision } from '../../src/shipment/delivery';
import type { ShipmentStatus } from '../../src/shipment/status';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { type Api, type ApiLab, openApiLab } from '../api/api-lab';
import { closeWithoutWorkflow } from '../setup/closed-ledger';
import { shipmentUpdate } from '../setup/delivery-lab';
import { ANY_AGE, ANY_TEXT } from '../setup/any-age';

type Scan = [status: ShipmentStatus | 'unheard-of', hour: number];

const LIFE: Scan[] = [
  ['info_received', 0],
  ['picked_up', 1],
  ['in_transit', 2],
  ['customs', 3],
  ['in_transit', 4],
  ['out_for_delivery', 5],
  ['failed_attempt', 6],
  ['out_for_delivery', 7],
  ['delivered', 8],
];

let lab: ApiLab;
let api: Api;
let persistWaybill: ReturnType<typeof createPersistWaybill>;
beforeAll(async () => {
  lab = await openApiLab();
  api = await lab.serve();
  persistWaybill = createPersistWaybill({
    pool: lab.db.pool,
    shopTables: loadConfig({}).shopTables,
    carriers: loadConfig({}).carriers,
    statusMap: {},
    language: 'zh',
    retention: ANY_TEXT,
    newsAge: ANY_AGE,
    providers: new Map(),
    wake: () => Promise.resolve('woken' as const),
    hasEnded: () => Promise.resolve(false),
    deliveries: {
      startVersion: () => Promise.reject(new Error()),
      startForRow: () => Promise.reject(new Error()),
      list: () => Promise.reject(new Error()),
      retry: () => Promise.reject(new Error()),
      eraseHistories: () => Promise.reject(new Error()),
      startErasure: () => Promise.reject(new Error()),
    },
    log: pino({ level: 'silent' }),
  });
});
afterAll(async () => {
  await closeWithoutWorkflow(lab.db.pool, [...persisted]);
  await lab.close();
});

const persisted = new Set<string>();

/** The step as a run of the delivery makes it. */
function persist(update: ShipmentUpdate, { runId = 'first run', reopen = false } = {}): Promise<Decision> {
  const workflowId = deliveryWorkflowId(update);
  persisted.add(workflowId);
  const environment = new MockActivityEnvironment({ workflowExecution: { workflowId, runId } });
  return environment.run(persistWaybill, { workflowId, update, reopen });
}

/** What a sender says of a waybill: all scans up to now. */
const said = (
  carrier: string,
  trackingNo: string,
  scans: readonly Scan[],
  formerCarrier?: string,
): ShipmentUpdate => ({
  ...shipmentUpdate(trackingNo, scans),
  carrier,
  ...(formerCarrier !== undefined && { formerCarrier }),
});

interface Row {
  readonly id: string;
  readonly carrier: string;
  readonly order_id: string | null;
  readonly status: string | null;
}

async function rowsOf(trackingNo: string): Promise<Row[]> {
  const { rows } = await lab.db.pool.query<Row>(
    `select id::text, carrier, order_id, status from platform_express_waybills where tracking_no = $1
      order by carrier`,
    [trackingNo],
  );
  return rows;
}

async function addRow(carrier: string, trackingNo: string, orderId: string | null = null): Promise<void> {
  await lab.db.pool.query(
    `insert into platform_express_waybills (carrier, tracking_no, order_id) values ($1, $2, $3)`,
    [carrier, trackingNo, orderId],
  );
}

describe('a waybill whose source had named the wrong carrier', () => {
  test('stays the row that it was, with its order and what was told, also under the right name', async () => {
    await addRow('shentong', 'CORRECTED', 'O-1');
    const first = await persist(said('shentong', 'CORRECTED', LIFE.slice(0, 2)));
    const corrected = await persist(said('zhongtong', 'CORRECTED', LIFE.slice(0, 2), 'shentong'));
    expect(corrected).toMatchObject({ verdict: 'nothing-new', waybillId: first.waybillId });

    const next = await persist(said('zhongtong', 'CORRECTED', LIFE.slice(0, 3)));
    expect(next).toMatchObject({ verdict: 'announce', status: 'in_transit', waybillId: first.waybillId });
    expect(await rowsOf('CORRECTED')).toEqual([
      { id: first.waybillId, carrier: 'shentong', order_id: 'O-1', status: 'in_transit' },
    ]);
  });

  test('is linked to its order under either name', async () => {
    await lab.db.pool.query(`insert into ml_orders (id, user_id, merchant_id) values ('O-2', 'u', 'm')`);
    const { waybillId } = await persist(said('shentong', 'LINKED', LIFE.slice(0, 1)));
    await persist(said('zhongtong', 'LINKED', LIFE.slice(0, 2), 'shentong'));
    const { json } = await api.call('PUT', '/api/v1/waybills/zhongtong/LINKED', {
      json: { order_id: 'O-2' },
    });
    expect(json['waybill']).toMatchObject({ id: waybillId, order_id: 'O-2' });
    expect(await rowsOf('LINKED')).toHaveLength(1);
  });

  test('that the shop has under both names keeps both rows, and the right one gets the order', async () => {
    await addRow('shentong', 'BOTH', 'O-3');
    await addRow('zhongtong', 'BOTH');
    const decision = await persist(said('zhongtong', 'BOTH', LIFE.slice(0, 2), 'shentong'));
    const rows = await rowsOf('BOTH');
    expect(rows).toMatchObject([
      { carrier: 'shentong', order_id: 'O-3', status: null },
      { carrier: 'zhongtong', order_id: 'O-3', status: 'picked_up', id: decision.waybillId },
    ]);
  });

  test('is found after a second correction, and after one that is taken back', async () => {
    const { waybillId } = await persist(said('shentong', 'CHAIN', LIFE.slice(0, 1)));
    await persist(said('zhongtong', 'CHAIN', LIFE.slice(0, 2), 'shentong'));
    await persist(said('yunda', 'CHAIN', LIFE.slice(0, 3), 'zhongtong'));
    expect(await persist(said('yunda', 'CHAIN', LIFE.slice(0, 4)))).toMatchObject({ waybillId });
    expect(await persist(said('shentong', 'CHAIN', LIFE.slice(0, 5), 'yunda'))).toMatchObject({ waybillId });
    expect(await rowsOf('CHAIN')).toHaveLength(1);
  });

  test('may be corrected in both directions at once', async () => {
    const numbers = Array.from({ length: 8 }, (_, index) => `OPPOSITE${index}`);
    const decisions = await Promise.all(
      numbers.flatMap((number) => [
        persist(said('shentong', number, LIFE.slice(0, 1), 'zhongtong')),
        persist(said('zhongtong', number, LIFE.slice(0, 2), 'shentong')),
      ]),
    );
    expect(decisions).toHaveLength(16);
    for (const number of numbers) expect(await rowsOf(number)).toMatchObject([{ status: 'picked_up' }]);
  });
});

test('one number at two carriers is two waybills', async () => {
  const yto = await persist(said('yto', 'SHARED', [['delivered', 1]]));
  const zto = await persist(said('zto', 'SHARED', [['picked_up', 2]]));
  expect(zto).toMatchObject({ verdict: 'announce', status: 'picked_up', instance: 1, occurrence: 1 });
  expect(await rowsOf('SHARED')).toMatchObject([
    { carrier: 'yto', status: 'delivered', id: yto.waybillId },
    { carrier: 'zto', status: 'picked_up', id: zto.waybillId },
  ]);
});

describe('whole histories', () => {
  test('that come late, again and in any order never lower a status and never tell twice', async () => {
    const phases = [['info_received'], ['picked_up'], ['in_transit', 'customs']];
    const phaseOf = (status: string): number =>
      [[''], ...phases, ['out_for_delivery', 'failed_attempt'], ['delivered']].findIndex((phase) =>
        phase.includes(status),
      );
    for (let round = 0; round < 15; round += 1) {
      const trackingNo = `HISTORIES${round}`;
      const told = new Map<string, string>();
      let phase = -1;
      // The same in each run, and another order in each round.
      for (let step = 0; step < 20; step += 1) {
        const length = 1 + ((step * 7 + round * (step + 3)) % LIFE.length);
        const scans = step % 2 === 0 ? LIFE.slice(0, length) : LIFE.slice(0, length).reverse();
        const update = said('yto', trackingNo, scans);
        const { verdict, status, occurrence } = await persist(update);
        if (verdict === 'announce') told.set(deliveryWorkflowId(update), `${status} ${occurrence}`);
        const now = phaseOf((await rowsOf(trackingNo))[0]?.status ?? '');
        expect(now).toBeGreaterThanOrEqual(phase);
        phase = now;
      }
      await persist(said('yto', trackingNo, LIFE));
      expect(new Set(told.values()).size).toBe(told.size);
      expect(await rowsOf(trackingNo)).toMatchObject([{ status: 'delivered' }]);
    }
  });

  test('tell each news once, and a second attempt as a second time', async () => {
    const told: string[] = [];
    for (let length = 1; length <= LIFE.length; length += 1) {
      for (let times = 0; times < 2; times += 1) {
        const { verdict, status, occurrence } = await persist(said('yto', 'GROWING', LIFE.slice(0, length)));
        if (times === 0 && verdict === 'announce') told.push(`${status} ${occurrence}`);
      }
    }
    expect(told).toEqual([
      ...['info_received 1', 'picked_up 1', 'in_transit 1', 'customs 1', 'in_transit 2'],
      ...['out_for_delivery 1', 'failed_attempt 1', 'out_for_delivery 2', 'delivered 1'],
    ]);
  });

  test('with a code that nobody knows keep its text and move nothing, until a newer table knows it', async () => {
    await persist(said('yto', 'UNKNOWN', [['in_transit', 1]]));
    const scans: Scan[] = [
      ['in_transit', 1],
      ['unheard-of', 2],
    ];
    const unknown = said('yto', 'UNKNOWN', scans);
    expect(await persist(unknown)).toMatchObject({ verdict: 'unknown-status' });
    expect(await rowsOf('UNKNOWN')).toMatchObject([{ status: 'in_transit' }]);

    const events = unknown.events.map((event) => ({
      ...event,
      status: event.status ?? ('delivered' as const),
    }));
    const known = { ...unknown, events };
    expect(deliveryWorkflowId(known)).not.toBe(deliveryWorkflowId(unknown));
    expect(await persist(known)).toMatchObject({ verdict: 'announce', status: 'delivered', occurrence: 1 });
    const { rows } = await lab.db.pool.query(
      `select status, raw_status from waybell.platform_express_events
        where workflow_id = $1`,
      [deliveryWorkflowId(unknown)],
    );
    expect(rows).toEqual([{ status: 'delivered', raw_status: 'unheard-of' }]);
  });
});

describe('a scan that its sender names by an id', () => {
  const named = (trackingNo: string, status: ShipmentStatus, hour: number): ShipmentUpdate => {
    const update = said('yto', trackingNo, [[status, hour]]);
    return { ...update, events: update.events.map((event) => ({ ...event, key: 'id:e1' })) };
  };

  test('is corrected by another status under the same id', async () => {
    expect(await persist(named('CORRECTED-ID', 'exception', 1))).toMatchObject({ verdict: 'announce' });
    const corrected = named('CORRECTED-ID', 'delivered', 1);
    expect(await persist(corrected)).toMatchObject({ verdict: 'announce', status: 'delivered' });
    const { rows } = await lab.db.pool.query(
      `select status from waybell.platform_express_events where waybill_id = $1`,
      [(await rowsOf('CORRECTED-ID'))[0]?.id],
    );
    expect(rows).toEqual([{ status: 'delivered' }]);
  });

  test('is one of several when the sender gives one id to all, as its order number', async () => {
    const told: unknown[] = [];
    for (const [status, hour] of LIFE) {
      const { verdict, status: now } = await persist(named('ONE-ID', status as ShipmentStatus, hour));
      if (verdict === 'announce') told.push(now);
    }
    expect(told).toEqual(LIFE.map(([status]) => status));
  });
});

describe('a delivery that is started again, after Temporal has forgotten it', () => {
  const update = said('yto', 'FORGOTTEN', [['picked_up', 1]]);

  test('goes on where its first run has not ended, and has nothing to do where it has, unless a person asks', async () => {
    const decision = await persist(update);
    expect(decision).toMatchObject({ verdict: 'announce', status: 'picked_up' });
    expect(await persist(update, { runId: 'second run' })).toEqual(decision);

    await lab.db.pool.query(
      `update waybell.express_updates set state = 'closed', outcome = 'success', closed_at = now()
        where workflow_id = $1`,
      [deliveryWorkflowId(update)],
    );
    expect(await persist(update)).toEqual(decision);
    expect(await persist(update, { runId: 'third run' })).toEqual({ ...decision, verdict: 'nothing-new' });
    expect(await persist(update, { runId: 'fourth run', reopen: true })).toEqual({
      ...decision,
      lastRound: 0,
    });
  });
});
