import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { google } from '@temporalio/proto';
import { createShopTables } from '../../src/embedded/sample-shop';
import { waitUntilServing } from '../../temporal/dev-server';
import { ANY_AGE } from '../setup/any-age';
import { requireClosedLedger } from '../setup/closed-ledger';
import { startCloudFunction, type FakeCloudFunction } from '../setup/cloud-function';
import { createEmptyDatabase, type TestDatabase } from '../setup/database';
import { freePorts } from '../setup/free-port';
import { connectTemporal, type TestTemporal } from '../setup/temporal';
import { use } from '../setup/use';
import type { Settings } from './product';

/** A shop with a database, a Temporal namespace and a cloud function of its own: nothing is embedded. */
export interface Shop {
  readonly db: TestDatabase;
  readonly temporal: TestTemporal;
  readonly cloud: FakeCloudFunction;
  readonly settings: Settings;
  /** Sends a body with the key of the shop. */
  post(route: string, body: object, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** One for the tests of a suite or of a group. */
export const useShop = (): Shop => use(openShop);

/** The tables of a shop without Waybell's migrations, and a namespace without its search attributes. */
export async function openShop(): Promise<Shop> {
  const openedAt = new Date();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-shop-'));
  const [db, temporal, cloud] = await Promise.all([
    createEmptyDatabase(),
    connectTemporal(),
    startCloudFunction(),
  ]);
  await createShopTables(db.pool);
  const namespace = `shop-${randomBytes(6).toString('hex')}`;
  await temporal.connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: google.protobuf.Duration.fromObject({ seconds: 24 * 60 * 60 }),
  });
  await waitUntilServing(temporal.address, namespace);
  const ports = await freePorts(3);
  const key = randomBytes(24).toString('hex');
  return {
    db,
    temporal,
    cloud,
    settings: {
      PORT: `${ports[0]}`,
      PUSH_PORT: `${ports[1]}`,
      WORKER_PORT: `${ports[2]}`,
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DATABASE_URL: db.url,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: namespace,
      CLOUD_FUNC_URL: cloud.url,
      API_KEYS: key,
      UNSIGNED_WEBHOOKS: 'allow',
      MAX_AGE_HOURS: JSON.stringify(ANY_AGE.maxAgeHours),
    },
    post: (route, body, headers) =>
      fetch(`http://127.0.0.1:${ports[0]}${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
        body: JSON.stringify(body),
      }),
    close: async () => {
      const client = new Client({ connection: temporal.connection, namespace });
      if (await isMigrated(db)) await requireClosedLedger({ pool: db.pool, temporal: client }, openedAt);
      await Promise.all([db.drop(), temporal.close(), cloud.close(), rm(dataDir, { recursive: true })]);
    },
  };
}

async function isMigrated({ pool }: TestDatabase): Promise<boolean> {
  const { rows } = await pool.query<{ there: boolean }>(
    `select to_regclass('waybell.journals') is not null as there`,
  );
  return rows[0]?.there === true;
}
