import { WORKFLOW_BUNDLE } from '../../temporal/bundle-workflows';
import { createApp } from '../api/app';
import { apiUrl } from '../api-url';
import type { Config } from '../config';
import { openPool } from '../database/pool';
import { createDemo } from '../embedded/demo';
import type { Logs } from '../log';
import { createUniCloudProvider } from '../push/uni-cloud';
import { createWorker } from '../worker';
import { bringUpDatabase } from './bring-up-database';
import { bringUpTemporal } from './bring-up-temporal';
import { listen } from './http-server';
import { readySummary } from './ready-summary';
import type { Supervisor } from './supervisor';

export interface BringUp {
  readonly config: Config;
  readonly logs: Logs;
  /** Gets everything that runs, at once, so that a later failure stops what is up. */
  readonly supervisor: Supervisor;
  /** Ends the rest of the way up. */
  readonly signal: AbortSignal;
}

/**
 * Starts everything in the order in which one needs the other: PostgreSQL, Temporal, worker, HTTP.
 * @returns what to tell the person who waits.
 */
export async function bringUp(context: BringUp): Promise<string> {
  const { config, logs, supervisor, signal } = context;
  const { log } = logs;

  const databaseUrl = await bringUpDatabase(context);
  signal.throwIfAborted();
  const temporal = await bringUpTemporal(context);
  signal.throwIfAborted();

  const pool = openPool(databaseUrl, (error) => log.warn({ err: error }, 'PostgreSQL closed a connection'));
  supervisor.add({ name: 'The connections to PostgreSQL', stop: () => pool.end() });

  const worker = await createWorker({
    connection: temporal.workerConnection,
    namespace: config.temporalNamespace,
    workflowBundle: WORKFLOW_BUNDLE,
    pool,
    shopTables: config.shopTables,
    statusMap: config.statusMap,
    language: config.messageLanguage,
    providers: new Map([['unicloud', createUniCloudProvider({ url: cloudFunctionUrl(config) })]]),
    log,
  });
  const run = worker.run().then(
    () => 'The worker has ended',
    (error: unknown) => `The worker has ended: ${String(error)}`,
  );
  supervisor.add({
    name: 'The worker',
    ended: run,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await run;
    },
  });

  const demo = config.cloudFunctionUrl === undefined ? createDemo(config) : undefined;
  const app = createApp({ config, pool, temporal: temporal.client, log, demo });
  for (const port of [config.port, config.pushPort]) supervisor.add(await listen(app, port, config.host));
  return readySummary(config, { logFile: logs.file, temporalCli: temporal.cli });
}

/** The shop's own, or the one that the demo phone brings. */
function cloudFunctionUrl(config: Config): string {
  return config.cloudFunctionUrl ?? `${apiUrl(config)}/demo/cloud-function`;
}
