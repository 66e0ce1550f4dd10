import { createWorkerApp } from '../api/app';
import { databaseProblem } from '../api/database-problem';
import { createAlarms } from '../alarms';
import { apiUrl } from '../config/api-url';
import type { Config } from '../config/config';
import { openPool } from '../database/pool';
import { watchDrift } from '../doctor/drift-watch';
import { isTemporalAway } from '../deliveries/temporal-away';
import type { Logs } from '../log';
import { bringUpApi } from '../cli/bring-up-api';
import { bringUpDatabase, requireReadyDatabase } from '../cli/bring-up-database';
import { bringUpTemporal, prepareTemporal, type TemporalUp } from './bring-up-temporal';
import { bringUpWorker } from './bring-up-worker';
import { listen } from './http-server';
import { readySummary } from '../cli/ready-summary';
import { delivers, takesRequests, type Role } from './locks';
import type { Supervisor } from './supervisor';
import { untilItAnswers } from '../cli/until-it-answers';

export interface BringUp {
  readonly config: Config;
  readonly role: Role;
  readonly background: boolean;
  readonly logs: Logs;
  /** Gets everything that runs, at once, so that a later failure stops what is up. */
  readonly supervisor: Supervisor;
  /** Ends the rest of the way up. */
  readonly signal: AbortSignal;
}

/**
 * Starts what belongs to the role, in the order in which one needs the other: PostgreSQL, Temporal, worker, HTTP.
 * @returns what to tell the person who waits.
 */
export async function bringUp(context: BringUp): Promise<string> {
  const { config, role, background, logs, supervisor, signal } = context;
  const { log } = logs;

  const databaseUrl = await bringUpDatabase(context);
  signal.throwIfAborted();
  const temporal = await bringUpTemporal(context);
  signal.throwIfAborted();

  const pool = openPool(databaseUrl, (error) => log.warn({ err: error }, 'PostgreSQL closed a connection'));
  supervisor.add({ name: 'The connections to PostgreSQL', stop: () => pool.end() });
  const alarms = createAlarms(log);
  const { shopTables, allowedTriggers } = config;
  const watch = watchDrift({ pool, shopTables, allowedTriggers, alarms, log });
  supervisor.add({ name: 'The watch over the database', stop: () => watch.stop() });

  const worker = delivers(role)
    ? await bringUpWorker(context, { temporal, pool, cloudFunctionUrl: cloudFunctionUrl(config) })
    : undefined;
  const shared = { config, pool, temporal: temporal.client, log, alarms, ...worker };
  if (takesRequests(role)) {
    await bringUpApi(context, shared);
    if (!delivers(role)) await checkPartsWhenTheyAnswer(context, temporal);
  } else {
    supervisor.add(await listen(createWorkerApp(shared), config.workerPort, config.host));
  }
  return readySummary(config, {
    role,
    background,
    logFile: logs.file,
    temporalCli: temporal.embedded?.cli,
  });
}

/** A process that only takes requests takes webhooks at once; what else it does needs the other parts. */
async function checkPartsWhenTheyAnswer(context: BringUp, { client }: TemporalUp): Promise<void> {
  const isDatabaseAway = (error: unknown): boolean => databaseProblem(error)?.code === 'database-unavailable';
  await untilItAnswers(context, 'PostgreSQL', () => requireReadyDatabase(context), isDatabaseAway);
  await untilItAnswers(context, 'Temporal', () => prepareTemporal(context, client), isTemporalAway);
}

/** The shop's own, or the one that the demo phone brings. */
function cloudFunctionUrl(config: Config): string {
  return config.cloudFunctionUrl ?? `${apiUrl(config)}/demo/cloud-function`;
}
