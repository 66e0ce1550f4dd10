import { Connection } from '@temporalio/client';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/schema/migrate';
import type { Part } from '../../src/embedded/part';
import { startEmbeddedPostgres } from '../../src/embedded/postgres';
import { createShopTables } from '../../src/embedded/sample-shop';
import { startEmbeddedTemporal } from '../../src/embedded/temporal';
import { PROJECT_ROOT } from '../../src/project-root';
import { bundleWorkflows } from '../../temporal/bundle-workflows';
import { prepareNamespace } from '../../temporal/prepare-namespace';
import { freePorts } from './free-port';
import { RUN_INFO_VARIABLE, type RunInfo } from './run-info';
import { createSeedDatabase, migrateSeedDatabase } from './seed-database';

const NAMESPACE = 'default';
const TEMPLATES = { embedded: 'waybell_template', seed: 'waybell_seed_template' };
// Test data may be lost in a power cut: half the time of a suite's first statement is fsync.
const FAST_POSTGRES = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off'];
const FAST_SQLITE = ['synchronous=0'];
// Workflows that go on as a new run when the server suggests it do so in seconds.
const SHORT_HISTORIES = ['limit.historyCount.suggestContinueAsNew=60'];

declare global {
  /** Ends what this run started; set here, called by global-teardown. */
  var endTestRun: (() => Promise<void>) | undefined;
}

const say = (line: string): void => console.log(line);

/** One PostgreSQL, one Temporal server and one workflow bundle for the whole run. */
async function startTestRun(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-test-'));
  // PostgreSQL runs as another user when the tests run as root; its password file stays closed.
  await chmod(folder, 0o755);
  const parts: Part[] = [];
  globalThis.endTestRun = async () => {
    await Promise.all(parts.map((part) => part.stop()));
    await rm(folder, { recursive: true, force: true });
  };

  const [postgresPort, port, uiPort] = (await freePorts(3)) as [number, number, number];
  const dataDir = path.join(folder, 'data');
  const workflowBundle = path.join(folder, 'workflow-bundle.js');
  const workflows = path.join(PROJECT_ROOT, 'src/workflows/index.ts');
  const [postgres, temporal] = await Promise.all([
    startEmbeddedPostgres({
      dataDir,
      port: postgresPort,
      report: ({ en }) => say(en),
      settings: FAST_POSTGRES,
    }),
    startEmbeddedTemporal({
      ...{ dataDir, port, uiPort, namespace: NAMESPACE, report: say },
      settings: SHORT_HISTORIES,
      sqliteSettings: FAST_SQLITE,
    }),
    bundleWorkflows(workflows, workflowBundle),
  ]);
  parts.push(postgres.part, temporal.part);
  await Promise.all([createTemplates(postgres.url), prepare(temporal.address)]);

  const info: RunInfo = {
    postgresUrl: postgres.url,
    templates: TEMPLATES,
    temporalAddress: temporal.address,
    temporalNamespace: NAMESPACE,
    workflowBundle,
  };
  const file = path.join(folder, 'run.json');
  await writeFile(file, JSON.stringify(info));
  process.env[RUN_INFO_VARIABLE] = file;
}

async function createTemplates(postgresUrl: string): Promise<void> {
  const maintenance = new pg.Client({ connectionString: postgresUrl });
  await maintenance.connect();
  for (const name of Object.values(TEMPLATES)) await maintenance.query(`create database ${name}`);
  await maintenance.query(`alter database ${TEMPLATES.embedded} set search_path = public, waybell`);
  await maintenance.end();

  const embedded = inDatabase(postgresUrl, TEMPLATES.embedded);
  const db = new pg.Client({ connectionString: embedded });
  await db.connect();
  await createShopTables(db);
  await db.end();
  await migrate(embedded, () => undefined);

  const seed = inDatabase(postgresUrl, TEMPLATES.seed);
  await createSeedDatabase(seed);
  await migrateSeedDatabase(seed);
}

function inDatabase(postgresUrl: string, name: string): string {
  const url = new URL(postgresUrl);
  url.pathname = name;
  return url.href;
}

async function prepare(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  await prepareNamespace(connection, NAMESPACE);
  await connection.close();
}

export = startTestRun;
