import { describe, expect, test } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { type ArchivedWebhook, insertWebhooks } from '../../src/database/webhook-archive';
import type { Channel, Channels } from '../../src/intake/channels/channels';
import { readArchived, replay, type ReplayParts, type ReplayTally } from '../../src/intake/replay';
import { startDelivery } from '../../src/deliveries/start';
import { currentStatus } from '../../src/shipment/current-status';
import type { StatusMap } from '../../src/shipment/status';
import type { DeliveryResult } from '../../src/workflows/contract';
import { serveDeliveries } from '../api/delivery-api';
import { ANY_TEXT } from '../setup/any-age';
import { eventually, LIMITS, useLab } from '../setup/delivery-lab';
import { use } from '../setup/use';
import { FORM_TYPE, formRequest, NOW } from '../sources/requests';
import { ANY_AGE } from '../setup/any-age';

/** Nobody has opened a channel. */
const NO_CHANNELS: Channels = {
  find: () => Promise.resolve(undefined),
  findFormer: () => Promise.resolve(undefined),
  findByName: () => Promise.resolve(undefined),
};

const lab = useLab();
const api = use(() => serveDeliveries(lab));
let sentSince = new Date();

/** Sends a scan of the shop's own systems; the id of its delivery, once it is archived. */
async function send(trackingNo: string, status: string, time: string): Promise<string> {
  const scan = { carrier: 'yto', tracking_no: trackingNo, status, event_text: `${status} 扫描` };
  const { json } = await api.call('POST', '/webhook/express/status', { json: { ...scan, event_time: time } });
  const workflowId = json['workflow_id'] as string;
  await eventually(async () => {
    const query = `select from waybell.webhooks where $1 = any (workflow_ids)`;
    return (await lab.db.pool.query(query, [workflowId])).rowCount === 1;
  });
  return workflowId;
}

const resultOf = (workflowId: string): Promise<DeliveryResult> =>
  lab.temporal.client.workflow.getHandle(workflowId).result() as Promise<DeliveryResult>;

/** Deliveries that a replay has started. */
let restarted: string[] = [];

async function replayAll(
  statusMap: StatusMap,
  { dry = false, query = { source: 'own-system', since: sentSince } } = {},
): Promise<ReplayTally | undefined> {
  const { client: temporal, taskQueue } = lab.temporal;
  restarted = [];
  let tally: ReplayTally | undefined;
  for await (tally of replay({
    pool: lab.db.pool,
    query,
    read: (webhook) => readArchived(webhook, NO_CHANNELS, statusMap),
    textDays: ANY_TEXT.texts,
    ...(!dry && {
      start: async ({ workflowId, ...said }) => {
        const started = await startDelivery({ temporal, taskQueue }, { ...said, limits: LIMITS }, workflowId);
        if (started.runId !== undefined) restarted.push(started.workflowId);
        return started;
      },
    }),
  }));
  return tally;
}

/** As if Temporal had kept a closed delivery for as long as it does. */
async function forget(workflowId: string): Promise<void> {
  const { client, connection, namespace } = lab.temporal;
  await connection.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
  await eventually(() =>
    client.workflow
      .getHandle(workflowId)
      .describe()
      .then(
        () => false,
        (error: unknown) => error instanceof WorkflowNotFoundError,
      ),
  );
}

test('a new word in the table of statuses reaches the requests of before, once', async () => {
  const parcel = await lab.parcel();
  const pushes = (): number[] => parcel.cids.map((cid) => lab.cloud.countFor(cid));
  await lab.withWorker(async () => {
    const unknown = await send(parcel.trackingNo, '揽收了', '2026-02-06 10:11:00');
    expect(await resultOf(unknown)).toMatchObject({ outcome: 'unknown-status' });
    expect(pushes()).toEqual([0, 0]);

    const statusMap = { 揽收了: 'picked_up' } as const;
    const found = { webhooks: 1, emptied: 0, flawed: 0, updates: 1, changed: 1 };
    expect(await replayAll(statusMap, { dry: true })).toEqual({ ...found, started: 0, known: 0 });
    expect(pushes()).toEqual([0, 0]);

    expect(await replayAll({})).toEqual({ ...found, changed: 0, started: 0, known: 1 });
    expect(await replayAll(statusMap)).toEqual({ ...found, started: 1, known: 0 });
    expect(await resultOf(restarted[0] ?? '')).toMatchObject({ outcome: 'success' });
    expect(pushes()).toEqual([1, 1]);

    expect(await replayAll(statusMap)).toEqual({ ...found, started: 0, known: 1 });
    expect(pushes()).toEqual([1, 1]);
  });
  const { rows } = await lab.db.pool.query(
    `select e.status, t.text from waybell.platform_express_events e
       join waybell.scan_texts t on t.event_key = e.event_key and t.tracking_no = $1 where e.waybill_id =
      (select id::text from platform_express_waybills where tracking_no = $1)`,
    [parcel.trackingNo],
  );
  expect(rows).toEqual([{ status: 'picked_up', text: '揽收了 扫描' }]);
});

test('a replay of everything notifies nobody twice, also when Temporal has forgotten all of it', async () => {
  const parcel = await lab.parcel();
  const told = async (): Promise<unknown> => [
    parcel.cids.map((cid) => lab.cloud.countFor(cid)),
    (
      await lab.db.pool.query(
        `select message_id, send_status from express_notifications where order_id = $1 order by 1`,
        [parcel.orderId],
      )
    ).rows,
  ];
  sentSince = new Date();
  await lab.withWorker(async () => {
    const ids: string[] = [];
    for (const [hour, status] of ['picked_up', 'in_transit', 'out_for_delivery', 'delivered'].entries()) {
      const id = await send(parcel.trackingNo, status, `2026-02-06 1${hour}:00:00`);
      expect(await resultOf(id)).toMatchObject({ outcome: 'success' });
      ids.push(id);
    }
    const before = await told();
    expect(before).toMatchObject([[4, 4], { length: 8 }]);

    expect(await replayAll({})).toMatchObject({ webhooks: 4, changed: 0, started: 0, known: 4 });
    for (const id of ids) await forget(id);
    const both = await Promise.all([replayAll({}), replayAll({})]);
    expect(both.map((tally) => (tally?.started ?? 0) + (tally?.known ?? 0))).toEqual([4, 4]);
    for (const id of ids) expect(await resultOf(id)).toMatchObject({ outcome: 'nothing-new' });
    expect(await told()).toEqual(before);
  });
  const { rows } = await lab.db.pool.query(
    `select distinct verdict, state, outcome from waybell.express_updates where waybill_id =
      (select id::text from platform_express_waybills where tracking_no = $1)`,
    [parcel.trackingNo],
  );
  expect(rows).toEqual([{ verdict: 'announce', state: 'closed', outcome: 'success' }]);
});

describe('a replay reads', () => {
  const archived = (id: string, change: Partial<ArchivedWebhook>): ArchivedWebhook => ({
    id,
    source: 'zto',
    channel: 'main',
    receivedAt: new Date(NOW),
    mediaType: 'application/json',
    body: Buffer.from('{}'),
    verdict: 'empty',
    flaws: [],
    workflowIds: [],
    ...change,
  });
  const at = (day: number): Date => new Date(Date.UTC(2020, 0, day));

  test('what was asked for and nothing else, the oldest first, page by page', async () => {
    const webhooks = Array.from({ length: 250 }, (_, index) =>
      archived(`2020-${String(index).padStart(3, '0')}`, {
        source: index % 5 === 0 ? 'sto' : 'zto',
        channel: index % 2 === 0 ? 'main' : 'second',
        receivedAt: at(1 + Math.floor(index / 10)),
      }),
    );
    await insertWebhooks(lab.db.pool, webhooks);
    const readBy = async (query: ReplayParts['query']): Promise<string[]> => {
      const read: string[] = [];
      const readAgain = ({ id }: ArchivedWebhook) => {
        read.push(id);
        return Promise.resolve({ deliveries: [], flaws: [] });
      };
      for await (const { webhooks: count } of replay({
        ...{ pool: lab.db.pool, query, read: readAgain, textDays: ANY_TEXT.texts },
      }))
        expect(count).toBe(read.length);
      return read;
    };
    const idsOf = (which: (webhook: ArchivedWebhook) => boolean): string[] =>
      webhooks.filter(which).map(({ id }) => id);
    const early = { until: new Date(NOW) };

    expect(await readBy(early)).toEqual(idsOf(() => true));
    expect(await readBy({ ...early, source: 'sto' })).toEqual(idsOf(({ source }) => source === 'sto'));
    expect(await readBy({ ...early, source: 'zto', channel: 'second' })).toEqual(
      idsOf(({ source, channel }) => source === 'zto' && channel === 'second'),
    );
    expect(await readBy({ since: at(3), until: at(5) })).toEqual(
      idsOf(({ receivedAt }) => receivedAt >= at(3) && receivedAt < at(5)),
    );
    expect(await readBy({ since: at(5), until: at(5) })).toEqual([]);
  });

  test('a request with what its channel decides today, as at the time of its receipt', async () => {
    const node = { time: '2026-03-02 07:40:55', context: '丰巢柜已签收', statusCode: '304' };
    const said = { status: 'polling', lastResult: { com: 'yuantong', nu: 'YT000001', data: [node] } };
    const { body } = formRequest({ param: JSON.stringify(said) });
    const webhook = archived('1', { source: 'kuaidi100', body, mediaType: FORM_TYPE });
    const statusBy = async (channels: Channels): Promise<string | undefined> => {
      const { deliveries } = await readArchived(webhook, channels, {});
      return currentStatus(deliveries[0]?.update.events ?? [], ANY_AGE.zone)?.status;
    };
    const deciding: Channels = {
      ...NO_CHANNELS,
      findByName: (source, name) =>
        Promise.resolve({ source, name, toleranceSeconds: 1, lockerSigned: 'delivered' } as Channel),
    };
    expect(await statusBy(NO_CHANNELS)).toBe('available_for_pickup');
    expect(await statusBy(deciding)).toBe('delivered');
    const unreadable = archived('2', { source: 'own-system', body: Buffer.from('{') });
    expect(await readArchived(unreadable, NO_CHANNELS, {})).toMatchObject({
      deliveries: [],
      flaws: [{ code: 'body-unreadable', where: 'body' }],
    });
  });
});
