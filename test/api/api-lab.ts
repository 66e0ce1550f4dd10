import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { createApp } from '../../src/api/app';
import type { ApiDependencies } from '../../src/api/dependencies';
import { MOST_WAIT_S } from '../../src/api/prefer';
import { receiveExpressStatus } from '../../src/api/webhook-operations';
import { loadConfig } from '../../src/config/config';
import { countTraffic } from '../../src/intake/channels/traffic';
import { ANY_TEXT } from '../setup/any-age';
import { requireClosedLedger } from '../setup/closed-ledger';
import { openTestIntake } from '../setup/intake';
import { createTestDatabase, type TestDatabase } from '../setup/database';
import { connectTemporal, type TestTemporal } from '../setup/temporal';
import { use } from '../setup/use';
import { requireDocumented } from './documented';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; `{}` when it is no JSON. */
  readonly json: Record<string, unknown>;
}

export interface Call {
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Api {
  readonly url: string;
  /** Asks, and fails when the answer is not as the OpenAPI document says. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  close(): Promise<void>;
}

/** Real databases and a real Temporal server; any number of APIs upon them. */
export interface ApiLab {
  readonly db: TestDatabase;
  readonly temporal: TestTemporal;
  /** Serves the API, by default with the settings of embedded parts. */
  serve(settings?: Readonly<Record<string, string>>, change?: Partial<ApiDependencies>): Promise<Api>;
  /** Starts a delivery that no worker takes, and a stored update and wait of it. */
  waitingDelivery(wait: Wait): Promise<string>;
  /** The signals that a workflow received. */
  signalsOf(workflowId: string): Promise<string[]>;
  /** How many workflows of this suite there are, and rows in the tables that the API writes. */
  traces(): Promise<Record<string, number>>;
  /** Ends a delivery from outside; the ledger may miss it at the end of the suite. */
  terminate(workflowId: string): Promise<void>;
  close(): Promise<void>;
}

export interface Wait {
  readonly kind: 'order' | 'device';
  readonly audience?: 'user' | 'merchant';
  readonly ownerId?: string;
  readonly waybillId: string;
}

type ServedDependencies = Omit<ApiDependencies, 'intake' | 'channels' | 'traffic'> &
  Partial<Pick<ApiDependencies, 'intake' | 'channels' | 'traffic'>>;

const HOUR_MS = 3_600_000;
/** So that an answer of the shop's own route tells what came of the scan in Temporal, and the delivery is there. */
const WAIT = { prefer: `wait=${MOST_WAIT_S}` };
/** As most senders send: the answer waits for nothing. */
export const AT_ONCE = { prefer: 'respond-async' };
/** What is refused is seen soon; milliseconds. */
const WRITE_MS = 100;

export const unique = (): string => randomBytes(4).toString('hex').toUpperCase();

export async function openApiLab(): Promise<ApiLab> {
  const [db, temporal] = await Promise.all([createTestDatabase(), connectTemporal()]);
  const { client, taskQueue } = temporal;
  const openedAt = new Date(Date.now() - HOUR_MS);
  const terminated: string[] = [];
  const started = new Set<string>();
  const apis: Api[] = [];

  return {
    db,
    temporal,

    async serve(settings = {}, change = {}) {
      const api = await serveApi({
        config: { ...loadConfig(settings), retention: ANY_TEXT },
        pool: db.pool,
        temporal: client,
        log: pino({ level: 'silent' }),
        taskQueue,
        ...change,
      });
      apis.push(api);
      return api;
    },

    async waitingDelivery({ kind, audience = '', ownerId = '', waybillId }) {
      const workflowId = `waiting/${unique()}`;
      await client.workflow.start('DeliveryNotification', { workflowId, taskQueue, args: [] });
      started.add(workflowId);
      await db.pool.query(
        `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, decision, state)
         values ($1, $2, 'announce', 1, '{}', 'open')`,
        [workflowId, waybillId],
      );
      await db.pool.query(
        `insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, deadline)
         values ($1, $2, $3, $4, $5, now() + interval '1 day')`,
        [workflowId, kind, audience, ownerId, waybillId],
      );
      return workflowId;
    },

    async signalsOf(workflowId) {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      return (events ?? []).flatMap(
        (event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? [],
      );
    },

    async traces() {
      const counts = await db.pool.query<Record<string, number>>(
        `select (select count(*) from push_devices)::int as devices,
                (select count(*) from platform_express_waybills)::int as waybills,
                (select count(*) from platform_express_waybills where order_id is not null)::int as links,
                (select count(*) from express_pushes where shown_at is not null)::int as receipts`,
      );
      const { count } = await client.workflow.count(`TaskQueue = '${taskQueue}'`);
      return { ...counts.rows[0], workflows: count };
    },

    async terminate(workflowId) {
      await client.workflow.getHandle(workflowId).terminate();
      terminated.push(workflowId);
    },

    async close() {
      await Promise.all(apis.map((api) => api.close()));
      await requireClosedLedger({ pool: db.pool, temporal: client }, openedAt, terminated);
      for await (const { workflowId, status } of client.workflow.list({
        query: `TaskQueue = '${taskQueue}'`,
      })) {
        if (status.name === 'RUNNING') started.add(workflowId);
      }
      await Promise.all(
        [...started].map((id) =>
          client.workflow
            .getHandle(id)
            .terminate()
            .catch(() => undefined),
        ),
      );
      await temporal.close();
      await db.drop();
    },
  };
}

/** Opens one for the tests of a suite or of a group. */
export const useApiLab = (): ApiLab => use(openApiLab);

/** Serves the API; with an intake and channels of its own unless they are given. */
export async function serveApi(deps: ServedDependencies): Promise<Api> {
  const own = deps.intake ? undefined : await openTestIntake({ ...deps.config, ...deps });
  const traffic = deps.traffic ?? countTraffic({ ...deps, intervalMs: WRITE_MS });
  const server = createServer(createApp({ ...own, ...deps, traffic } as ApiDependencies));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    async call(method, path, { json, body, headers = {} } = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(path === receiveExpressStatus.path && WAIT),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        ...(body !== undefined && { body }),
      });
      const text = await response.text();
      const mediaType = response.headers.get('content-type')?.split(';')[0] ?? '';
      requireDocumented(method, path, { status: response.status, mediaType, text });
      return { status: response.status, headers: response.headers, text, json: parse(text) };
    },
    async close() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      if (!deps.traffic) await traffic.close();
      await own?.close();
    },
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
