import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { createAlarms, type Alarms } from '../alarms';
import { tellRobots } from '../alerting/tell';
import { createApp, createWorkerApp } from '../api/app';
import { databaseProblem } from '../api/database-problem';
import type { ProcessDependencies } from '../api/dependencies';
import { apiUrl } from '../config/api-url';
import type { Config } from '../config/config';
import { openPool } from '../database/pool';
import { describeFacts } from '../database/schema/check-facts';
import { checkShop } from '../database/schema/check-shop';
import { migrate, pendingMigrations } from '../database/schema/migrate';
import { namingDatabaseUrl } from '../database/why-unreachable';
import { withClient } from '../database/with-client';
import { isTemporalAway } from '../deliveries/temporal-away';
import { watchDrift } from '../doctor/drift-watch';
import { watchParts } from '../doctor/parts-watch';
import { watchProviders } from '../doctor/provider-watch';
import { watchReceivers } from '../doctor/receiver-watch';
import { createDemo } from '../embedded/demo';
import { startEmbeddedPostgres } from '../embedded/postgres';
import { addSampleRows, createShopTables } from '../embedded/sample-shop';
import { openChannels } from '../intake/channels/channels';
import { watchAttention } from '../insight/attention-watch';
import { countTraffic } from '../intake/channels/traffic';
import { openIntake } from '../intake/intake';
import { tellReceiver } from '../receivers/tell';
import type { Explanation } from '../shipment/explanation';
import { SpokenError } from '../spoken';
import { bringUpTemporal, prepareTemporal } from './bring-up-temporal';
import { bringUpWorker } from './bring-up-worker';
import type { BringUp, TemporalUp } from './context';
import { listen } from './http-server';
import { delivers, takesRequests } from './locks';
import { readySummary } from './places';

/** How often a part that is away is asked again; milliseconds. */
const ASK_EVERY_MS = 1_000;

/**
 * Asks until an answer comes, however long that takes. Says once that it waits, and for what.
 * @throws what `ask` throws when that does not mean "not now"
 */
async function untilItAnswers(
  { logs, signal }: Pick<BringUp, 'logs' | 'signal'>,
  what: string,
  ask: () => Promise<void>,
  isAway: (error: unknown) => boolean,
): Promise<void> {
  for (let told = false; ; told = true) {
    try {
      await ask();
      if (told) logs.progress({ en: `${what} answers.`, zh: `${what} 已有应答。` });
      return;
    } catch (error) {
      if (!isAway(error)) throw error;
      const words = error instanceof Error ? error.message : String(error);
      if (!told)
        logs.progress({
          en: `${what} does not answer (${words}); webhooks are taken meanwhile …`,
          zh: `${what} 没有应答（${words}）；其间照常接收 webhook …`,
        });
    }
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}

/**
 * Starts what belongs to the role, in the order in which one needs the other: PostgreSQL, Temporal, worker, HTTP.
 * @returns what to tell the person who waits.
 */
export async function bringUp(context: BringUp): Promise<Explanation> {
  const { config, role, background, logs, supervisor, signal } = context;
  const { log } = logs;

  const databaseUrl = await bringUpDatabase(context);
  signal.throwIfAborted();
  const temporal = await bringUpTemporal(context);
  signal.throwIfAborted();

  const pool = openPool(databaseUrl, (error) => log.warn({ err: error }, 'PostgreSQL closed a connection'));
  supervisor.add({ name: 'The connections to PostgreSQL', stop: () => pool.end() });
  const alarms = createAlarms(log);
  const { shopTables, allowedTriggers, shadow } = config;
  const watch = watchDrift({ pool, shopTables, allowedTriggers, shadow, alarms, log });
  supervisor.add({ name: 'The watch over the database', stop: () => watch.stop() });
  const providers = watchProviders({ pool, alarms, log });
  supervisor.add({ name: 'The watch over the push providers', stop: () => providers.stop() });
  const receivers = watchReceivers({ pool, receivers: config.receivers, alarms, log });
  supervisor.add({ name: 'The watch over the receivers', stop: () => receivers.stop() });
  const parts = watchParts({ pool, temporal: temporal.client, alarms });
  supervisor.add({ name: 'The watch over PostgreSQL and Temporal', stop: () => parts.stop() });
  tellPeople(context, { pool, alarms });

  const worker = delivers(role)
    ? await bringUpWorker(context, { temporal, pool, cloudFunctionUrl: cloudFunctionUrl(config), alarms })
    : undefined;
  if (delivers(role)) tellReceivers(context, pool);
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

/** Alarms go to the robots of ALARM_URLS, where there are any. */
function tellPeople(
  { config, logs: { log }, supervisor }: BringUp,
  told: { readonly pool: pg.Pool; readonly alarms: Alarms },
): void {
  const { alarms: settings, messageLanguage: language, newsAge } = config;
  if (settings.robots.length === 0) return;
  const robots = tellRobots({ ...told, settings, language, zone: newsAge.zone, place: hostname(), log });
  supervisor.add({ name: 'The robots', stop: () => robots.stop() });
}

/** Changes of statuses go to the receivers of STATUS_WEBHOOKS, where there are any. */
function tellReceivers({ config, logs: { log }, supervisor }: BringUp, pool: pg.Pool): void {
  const { receivers, receiverPrivateHosts: privateHosts } = config;
  for (const receiver of receivers) {
    const telling = tellReceiver({ pool, receiver, privateHosts, log });
    supervisor.add({ name: `What is told to ${receiver.id}`, stop: () => telling.stop() });
  }
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

/** Opens the journal and takes requests: from here on no webhook is lost, whatever is down behind it. */
async function bringUpApi(
  { config, logs: { log }, supervisor }: BringUp,
  shared: ProcessDependencies,
): Promise<void> {
  const intake = await openIntake({ ...config, temporal: shared.temporal, pool: shared.pool, log });
  supervisor.add({ name: 'The journal', stop: () => intake.close() });
  if (shared.alarms) {
    const { pool, temporal, alarms } = shared;
    const waiting = watchAttention({ pool, temporal, intake, bounds: config.alarms.waiting, alarms, log });
    supervisor.add({ name: 'The watch over what waits', stop: () => waiting.stop() });
  }
  const channels = openChannels(config.channelsFile, (problem) => log.error(problem));
  const traffic = countTraffic({ pool: shared.pool, log });
  supervisor.add({ name: 'The counts of the channels', stop: () => traffic.close() });
  const demo = config.cloudFunctionUrl === undefined ? createDemo(config) : undefined;
  const app = createApp({ ...shared, intake, channels, traffic, demo });
  for (const port of [config.port, config.pushPort]) supervisor.add(await listen(app, port, config.host));
}

/**
 * Makes a database ready for deliveries: the embedded one is created, migrated and filled with the sample shop;
 * an external one is only looked at, and by a process that only takes requests not yet.
 * @returns its URL.
 */
async function bringUpDatabase(context: BringUp): Promise<string> {
  const { database } = context.config;
  if (database.kind === 'embedded') return bringUpEmbedded(context, database.port);
  if (delivers(context.role)) await namingDatabaseUrl(() => requireReadyDatabase(context));
  return database.url;
}

async function bringUpEmbedded({ config, logs, supervisor }: BringUp, port: number): Promise<string> {
  const { url, part } = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    port,
    report: logs.progress,
  });
  supervisor.add({ name: part.name, ended: part.exited, stop: () => part.stop() });
  await withClient(url, createShopTables);
  await migrate(url, (notice) => logs.log.info(notice));
  await withClient(url, addSampleRows);
  return url;
}

/** @throws {Error} naming what an external database lacks. */
async function requireReadyDatabase({ config, logs }: BringUp): Promise<void> {
  const { database } = config;
  if (database.kind === 'embedded') return;
  const { url } = database;
  const pending = await pendingMigrations(url);
  if (pending.length > 0) {
    const names = pending.join(', ');
    throw new SpokenError({
      en: `The database lacks ${pending.length} migration(s) (${names}): look at them with "waybell migrate --plan", apply them with "waybell migrate".`,
      zh: `数据库缺少 ${pending.length} 个迁移（${names}）：用 waybell migrate --plan 查看，用 waybell migrate 执行。`,
    });
  }
  const { problems, warnings, mends } = await withClient(url, (client) => checkShop(client, config));
  for (const warning of warnings) logs.log.warn(warning);
  if (problems.length > 0) {
    const refusal = (head: string): string =>
      [...problems, ...(mends.length === 0 ? [] : [head, ...mends])].join('\n');
    throw new SpokenError({
      en: refusal('What ends it (grants: the owner; alter role: a superuser):'),
      zh: refusal('解决办法（grant 由表的所有者执行，alter role 由超级用户执行）：'),
    });
  }
  const facts = await withClient(url, (client) => describeFacts(client, config.shopTables));
  for (const line of facts) logs.log.warn(line);
}
