import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  WorkflowNotFoundError,
  type WorkflowHandleWithFirstExecutionRunId,
} from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import pino from 'pino';
import { createActivities, type Activities } from '../../src/activities';
import { PUSH_TIMERS, type ActivityDeps } from '../../src/activities/deps';
import { loadConfig } from '../../src/config/config';
import type { WaitLimits } from '../../src/shipment/attention';
import { createNearPlaces } from '../../src/push/near-places';
import { createUniCloudProvider } from '../../src/push/unicloud/unicloud';
import { SIGNED_BY_ANOTHER } from '../../src/sources/registry';
import { reachDeliveries } from '../../src/deliveries/reach';
import { startDelivery } from '../../src/deliveries/start';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import type { ShipmentStatus } from '../../src/shipment/status';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { createWorkers, type WorkerDeps } from '../../src/process/worker';
import type { DeliveryInput, DeliveryResult } from '../../src/workflows/contract';
import { requireClosedLedger } from './closed-ledger';
import { startCloudFunction, type FakeCloudFunction } from './cloud-function';
import { createTestDatabase, type TestDatabase } from './database';
import { untilNextLook } from './processes';
import type { DatabaseKind } from './run-info';
import { connectTemporal, type TestTemporal } from './temporal';
import { use } from './use';
import { ANY_AGE, ANY_TEXT } from './any-age';
import { endIdleThreads } from './workflow-threads';

const HOUR_MS = 3_600_000;
const FIRST_SCAN = Date.UTC(2026, 1, 6, 2);

export const LIMITS: WaitLimits = {
  order: 24 * HOUR_MS,
  device: 24 * HOUR_MS,
  firstDevice: 24 * HOUR_MS,
  retry: 24 * HOUR_MS,
  pushRetry: HOUR_MS,
};

/**
 * A provider on a busy machine may be slow, and a request that is given up comes again. So requests have nearly all of
 * the 10 s of their activity, and what is counted is what Waybell sends.
 */
export const LAB_TIMERS = { ...PUSH_TIMERS, request: 9_000 };

/** A worker that tries no push near: each is a pending activity from its first try on. */
export const ALL_FAR = {
  nearPlaces: createNearPlaces({ process: 0, provider: 0, merchant: 0, waiting: 0, waitingOfMerchant: 0 }),
};

export type DeliveryHandle = WorkflowHandleWithFirstExecutionRunId<
  (input: DeliveryInput) => Promise<DeliveryResult>
>;

/** A parcel with an order, a buyer and a merchant. */
export interface Parcel {
  readonly trackingNo: string;
  readonly orderId: string;
  readonly userId: string;
  readonly merchantId: string;
}

export type Wrap = (activities: Activities) => Activities;

/** What is other than usual about a worker. */
export type WorkerChange = Partial<ActivityDeps> & Partial<Pick<WorkerDeps, 'rates' | 'connection'>>;

export interface DeliveryLab {
  readonly db: TestDatabase;
  readonly temporal: TestTemporal;
  readonly cloud: FakeCloudFunction;
  readonly deps: ActivityDeps;
  /** Runs a worker while `work` runs; `wrap` may stand between the workflow and its activities. */
  withWorker<T>(work: () => Promise<T>, wrap?: Wrap, change?: WorkerChange): Promise<T>;
  /** A parcel whose order is linked; devices are the buyer's and the merchant's cids. */
  parcel(
    devices?: { user?: number; merchant?: number },
    linked?: boolean,
  ): Promise<Parcel & { cids: string[] }>;
  registerDevice(owner: { userId?: string; merchantId?: string }, cid?: string): Promise<string>;
  linkOrder(parcel: Parcel): Promise<void>;
  start(
    parcel: Parcel,
    status: ShipmentStatus | 'unheard-of',
    hour: number,
    change?: Partial<DeliveryInput>,
  ): Promise<DeliveryHandle>;
  /** Ends a delivery from outside; the ledger may miss it at the end of the suite. */
  terminate(workflowId: string): Promise<void>;
  close(): Promise<void>;
}

const unique = (): string => randomBytes(4).toString('hex').toUpperCase();

/** Servers of a suite in place of those of the test run. */
export interface LabServers {
  readonly db: TestDatabase;
  readonly temporalAddress: string;
}

/** Everything one suite needs to run real deliveries: database, worker, provider. */
export async function openDeliveryLab(
  kind: DatabaseKind = 'embedded',
  own?: LabServers,
): Promise<DeliveryLab> {
  const [db, temporal, cloud] = await Promise.all([
    own?.db ?? createTestDatabase(kind),
    connectTemporal(own?.temporalAddress),
    startCloudFunction(),
  ]);
  const openedAt = new Date(Date.now() - HOUR_MS);
  const terminated: string[] = [];
  const deps: ActivityDeps = {
    pool: db.pool,
    shopTables: loadConfig({}).shopTables,
    carriers: loadConfig({}).carriers,
    statusMap: {},
    language: 'zh',
    signedByAnother: SIGNED_BY_ANOTHER,
    withoutPush: [],
    retention: ANY_TEXT,
    newsAge: ANY_AGE,
    providers: new Map([['unicloud', createUniCloudProvider({ url: cloud.url })]]),
    timers: LAB_TIMERS,
    ...reachDeliveries({
      temporal: new Client({ connection: temporal.nativeConnection, namespace: temporal.namespace }),
      pool: db.pool,
      shopTables: loadConfig({}).shopTables,
      taskQueue: temporal.taskQueue,
      waitLimits: LIMITS,
    }),
    log: pino({ level: 'silent' }),
  };

  const registerDevice: DeliveryLab['registerDevice'] = async (
    { userId, merchantId },
    cid = `cid-${unique()}`,
  ) => {
    await db.pool.query(
      `insert into push_devices (cid, user_id, merchant_id) values ($1, $2, $3)
       on conflict (appid, cid) do update set user_id = excluded.user_id, merchant_id = excluded.merchant_id,
         is_active = true, registered_at = now()`,
      [cid, userId ?? null, merchantId ?? null],
    );
    return cid;
  };

  return {
    db,
    temporal,
    cloud,
    deps,

    async withWorker(work, wrap = (activities) => activities, { rates = {}, connection, ...change } = {}) {
      const parts = { ...deps, rates, ...change };
      const workers = await createWorkers({
        connection: connection ?? temporal.nativeConnection,
        namespace: temporal.namespace,
        taskQueue: temporal.taskQueue,
        workflowBundle: temporal.workflowBundle.codePath,
        activities: wrap(createActivities(parts)),
        providers: [...parts.providers.keys()],
        rates,
      });
      const running = workers.run();
      const ended = running.then(() => Promise.reject(new Error('the workers have ended')));
      try {
        return await Promise.race([work(), ended]);
      } finally {
        workers.shutdown();
        await running;
      }
    },

    async parcel({ user = 1, merchant = 1 } = {}, linked = true) {
      const id = unique();
      // The seed's ids are uuids.
      const idOf = (letter: string): string => (kind === 'seed' ? randomUUID() : `${letter}-${id}`);
      const parcel = {
        trackingNo: `YT${id}`,
        orderId: idOf('O'),
        userId: idOf('u'),
        merchantId: idOf('m'),
      };
      await db.pool.query(`insert into ml_orders (id, user_id, merchant_id) values ($1, $2, $3)`, [
        parcel.orderId,
        parcel.userId,
        parcel.merchantId,
      ]);
      await db.pool.query(
        `insert into platform_express_waybills (carrier, tracking_no, order_id) values ('yto', $1, $2)`,
        [parcel.trackingNo, linked ? parcel.orderId : null],
      );
      const cids: string[] = [];
      for (let i = 0; i < user; i += 1) cids.push(await registerDevice({ userId: parcel.userId }));
      for (let i = 0; i < merchant; i += 1)
        cids.push(await registerDevice({ merchantId: parcel.merchantId }));
      return { ...parcel, cids };
    },

    registerDevice,

    async linkOrder({ trackingNo, orderId }) {
      await db.pool.query(`update platform_express_waybills set order_id = $2 where tracking_no = $1`, [
        trackingNo,
        orderId,
      ]);
    },

    async start(parcel, status, hour, change = {}) {
      const update = shipmentUpdate(parcel.trackingNo, [[status, hour]]);
      const input: DeliveryInput = { update, limits: LIMITS, ...change };
      const { client, taskQueue } = temporal;
      const workflowId = deliveryWorkflowId(input.update);
      const { runId } = await startDelivery({ temporal: client, taskQueue }, input, workflowId);
      if (runId === undefined) throw new Error(`${workflowId} was already started`);
      const handle = client.workflow.getHandle<(input: DeliveryInput) => Promise<DeliveryResult>>(
        workflowId,
        undefined,
        { firstExecutionRunId: runId },
      );
      return Object.assign(handle, { firstExecutionRunId: runId });
    },

    async terminate(workflowId) {
      try {
        await temporal.client.workflow.getHandle(workflowId).terminate();
        terminated.push(workflowId);
      } catch (error) {
        // It has ended by itself meanwhile.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    },

    async close() {
      await endIdleThreads();
      await replayEverything(temporal);
      await requireClosedLedger({ pool: db.pool, temporal: temporal.client }, openedAt, terminated);
      await cloud.close();
      await temporal.close();
      await db.drop();
    },
  };
}

/** Opens one for the tests of a suite or of a group. */
export const useLab = (kind?: DatabaseKind): DeliveryLab => use(() => openDeliveryLab(kind));

/** The newest of a suite; a thousand more are the same again, and take minutes. */
const MOST_REPLAYED = 200;

/** Every history that a suite made is a replay test: workflow code that is not deterministic fails here. */
async function replayEverything({ client, taskQueue, workflowBundle }: TestTemporal): Promise<void> {
  const query = `TaskQueue = '${taskQueue}'`;
  const histories = client.workflow.list({ query }).intoHistories();
  let replayed = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    if (error) throw new Error(`${workflowId} does not replay`, { cause: error });
    if ((replayed += 1) === MOST_REPLAYED) return;
  }
}

/** An update with one scan per status, at an hour of the sample day. */
export function shipmentUpdate(
  trackingNo: string,
  scans: readonly (readonly [status: ShipmentStatus | 'unheard-of', hour: number])[],
): ShipmentUpdate {
  return {
    source: 'own-system',
    carrier: 'yto',
    trackingNo,
    events: scans.map(([status, hour]) => ({
      key: `${status}-${hour}`,
      time: new Date(FIRST_SCAN + hour * HOUR_MS).toISOString(),
      status: status === 'unheard-of' ? null : status,
      rawStatus: status,
      text: `scan ${status}`,
    })),
  };
}

/** Waits until `look` gives something. Generous: a loaded machine makes a test slow, never red. */
export async function eventually<T>(look: () => Promise<T | undefined | null | false>): Promise<T> {
  const began = Date.now();
  for (;;) {
    const found = await look().catch(unlessNoConnectionIsFree);
    if (found) return found;
    const waited = Date.now() - began;
    if (waited > 90_000) throw new Error(`still not so after 90 s: ${look.toString()}`);
    await sleep(untilNextLook(waited));
  }
}

const NO_CONNECTION =
  /^(timeout exceeded when trying to connect|Connection terminated due to connection timeout)$/;

/** Fifty pushes at once may keep all connections of the product's pool busy for longer than one is waited for. */
function unlessNoConnectionIsFree(error: unknown): false {
  if (error instanceof Error && NO_CONNECTION.test(error.message)) return false;
  throw error;
}
