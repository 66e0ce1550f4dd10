import pg from 'pg';
import { endForked, forkOwn, readyFork } from '../forked';
import { freePorts } from '../free-ports';
import type { SystemName } from '../lab';
import { type Parcel, phonesOf } from '../parcels';
import { processorMsOfTree } from '../processor-time';
import type { Waybell } from '../waybell';
import { openVisibility } from './visibility';

/** Something that carries the steps of a delivery durably. */
export interface Engine {
  readonly name: SystemName;
  readonly url: string;
  /** Whether its deliveries push. */
  readonly pushes: boolean;
  addParcels(count: number): Promise<Parcel[]>;
  /** How many deliveries have ended well since it began. */
  ended(): Promise<number>;
  /** Of its own processes, without the servers that all share; milliseconds. */
  processorMs(): Promise<number>;
  stop(): Promise<void>;
}

interface EngineProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

async function forkEngine(script: string, env: Record<string, string>): Promise<EngineProcess> {
  const [port] = await freePorts(1);
  const child = forkOwn(`engines/${script}`, { ...env, PORT: `${port}` });
  await readyFork(script, child);
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop: () => endForked(child) };
}

/** Their shop is no table: a number is all that their steps ask for. */
function numbering(prefix: string): Engine['addParcels'] {
  let given = 0;
  return (count) =>
    Promise.resolve(
      Array.from({ length: count }, () => {
        const trackingNo = `${prefix}${`${(given += 1)}`.padStart(6, '0')}`;
        return { trackingNo, cids: phonesOf(trackingNo) };
      }),
    );
}

/** @param workflow `bareDelivery`: the steps of a usual delivery; `emptyWorkflow`: nothing */
export async function startBareSdk(
  waybell: Waybell,
  workflow: 'bareDelivery' | 'emptyWorkflow',
  cloudFunctionUrl: string,
): Promise<Engine> {
  const own = await forkEngine('temporal-process', {
    TEMPORAL_ADDRESS: waybell.temporalAddress,
    TASK_QUEUE: workflow,
    WORKFLOW: workflow,
    CLOUD_FUNC_URL: cloudFunctionUrl,
  });
  const visibility = await openVisibility(waybell);
  const isBare = workflow === 'bareDelivery';
  return {
    name: isBare ? 'bare SDK' : 'empty workflow',
    url: own.url,
    pushes: isBare,
    addParcels: numbering(isBare ? 'SDK' : 'EMPTY'),
    ended: () => visibility.ended(workflow),
    processorMs: () => processorMsOfTree(own.pid),
    async stop() {
      await own.stop();
      await visibility.close();
    },
  };
}

export async function startDbos(waybell: Waybell, cloudFunctionUrl: string): Promise<Engine> {
  const admin = new pg.Client({ connectionString: waybell.databaseUrl('postgres') });
  await admin.connect();
  await admin.query('create database dbos_bench');
  await admin.end();
  const databaseUrl = waybell.databaseUrl('dbos_bench');
  const own = await forkEngine('dbos-process', {
    DATABASE_URL: databaseUrl,
    CLOUD_FUNC_URL: cloudFunctionUrl,
  });
  const database = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  database.on('error', () => undefined);
  return {
    name: 'DBOS',
    url: own.url,
    pushes: true,
    addParcels: numbering('DBOS'),
    async ended() {
      const { rows } = await database.query<{ ended: number }>(
        `select count(*)::int as ended from dbos.workflow_status where status = 'SUCCESS'`,
      );
      return rows[0]?.ended ?? 0;
    },
    processorMs: () => processorMsOfTree(own.pid),
    async stop() {
      await own.stop();
      await database.end();
    },
  };
}
