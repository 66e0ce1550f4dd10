import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { openPool } from '../../src/database/pool';
import { migrate } from '../../src/database/schema/migrate';
import type { Part } from '../../src/embedded/part';
import { startEmbeddedPostgres } from '../../src/embedded/postgres';
import { createShopTables } from '../../src/embedded/sample-shop';
import { startEmbeddedTemporal } from '../../src/embedded/temporal';
import { prepareNamespace } from '../../temporal/prepare-namespace';
import type { LabServers } from './delivery-lab';
import { freePorts } from './free-port';
import { eventually, isRunning, listProcesses } from './processes';
import { runInfo } from './run-info';

export type Server = 'Temporal' | 'PostgreSQL';

/** A Temporal server and a PostgreSQL of a suite, with files of their own that are safe as the product's are. */
export interface OwnServers extends LabServers {
  /** As `kill -9` does, with the processes that it has started. */
  kill(server: Server): Promise<void>;
  /** Starts one that was killed, with the same files and port. */
  startAgain(server: Server): Promise<void>;
  close(): Promise<void>;
}

export async function openOwnServers(): Promise<OwnServers> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-servers-'));
  // PostgreSQL runs as another user when the tests run as root; its password file stays closed.
  await chmod(dataDir, 0o755);
  const [postgresPort, port, uiPort] = (await freePorts(3)) as [number, number, number];
  const namespace = runInfo().temporalNamespace;
  const parts = new Map<Server, Part>();
  const startPostgres = async (): Promise<string> => {
    const { url, part } = await startEmbeddedPostgres({
      ...{ dataDir, port: postgresPort },
      report: () => undefined,
    });
    parts.set('PostgreSQL', part);
    return url;
  };
  const startTemporal = async (): Promise<string> => {
    const { address, part } = await startEmbeddedTemporal({
      ...{ dataDir, port, uiPort, namespace },
      report: () => undefined,
    });
    parts.set('Temporal', part);
    return address;
  };

  const [url, temporalAddress] = await Promise.all([startPostgres(), startTemporal()]);
  await Promise.all([createTables(url), prepare(temporalAddress, namespace)]);
  const pool = openPool(url, () => undefined);
  return {
    temporalAddress,
    db: { url, pool, drop: () => pool.end() },
    async kill(server) {
      const { pid = 0, exited } = parts.get(server) ?? {};
      const children = listProcesses().filter(({ parent }) => parent === pid);
      for (const one of [pid, ...children.map((child) => child.pid)]) process.kill(one, 'SIGKILL');
      await exited;
      await eventually(() => !children.some((child) => isRunning(child.pid)));
    },
    async startAgain(server) {
      await (server === 'Temporal' ? startTemporal() : startPostgres());
    },
    async close() {
      await Promise.all([...parts.values()].map((part) => part.stop()));
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function createTables(url: string): Promise<void> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  await createShopTables(db);
  await db.end();
  await migrate(url, () => undefined);
}

async function prepare(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  await prepareNamespace(connection, namespace);
  await connection.close();
}
