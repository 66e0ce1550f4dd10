import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { CloudFunction } from './cloud-function';
import { openVisibility } from './engines/visibility';
import { keepInFlight } from './in-flight';
import { addParcels, type Parcel } from './parcels';
import { untilCounted } from './patience';
import { processorMs } from './processor-time';
import { programOf } from './process-memory';
import { treeOf } from './process-tree';
import { metricsOf, type RoleProcess, type Surroundings } from './role-process';
import { sendWebhook } from './webhook';

/** Unanswered at a time. */
export const IN_FLIGHT = 20;
/** What is written after the last delivery has ended belongs to it. */
const SETTLE_MS = 2_000;

export type Part = 'worker' | 'API' | 'Temporal' | 'PostgreSQL' | 'the bench itself';

/** APIs and workers in processes of their own, on servers that they share. */
export interface Apart {
  readonly surroundings: Surroundings;
  readonly apis: readonly RoleProcess[];
  readonly workers: readonly RoleProcess[];
  /** The processes of the two servers, and of what else they belong to. */
  readonly serversPids: readonly number[];
  readonly cloudFunction: CloudFunction;
}

/** What one flood of webhooks came to. */
export interface Flood {
  /** Deliveries a second. */
  readonly rate: number;
  /** Of each process and server, of one core while the flood lasted; percent. */
  readonly busy: readonly { readonly part: Part; readonly percent: number }[];
  /** For one delivery, without what is taken with nothing to do; milliseconds. */
  readonly processorMs: number;
  /** How many pushes each worker made. */
  readonly pushes: readonly number[];
  /** Pushes that were claimed, or made, more than once. */
  readonly twice: number;
}

/** What each process took of the processor so far; milliseconds. */
type Spent = readonly { readonly part: Part; readonly ms: number }[];

/** What all parts take with nothing to do; milliseconds of the processor in a millisecond. */
export async function idleShare(apart: Apart, forMs: number): Promise<number> {
  const [before, startedAt] = [await spentBy(apart), performance.now()];
  await sleep(forMs);
  return total(difference(before, await spentBy(apart))) / (performance.now() - startedAt);
}

/**
 * Sends so many webhooks to the APIs in turn, and waits for the end of all deliveries.
 * @throws {Error} when a push or an end is missing
 */
export async function flood(apart: Apart, prefix: string, count: number, idle: number): Promise<Flood> {
  const { apis, workers, surroundings, cloudFunction } = apart;
  const database = new pg.Client({ connectionString: surroundings.databaseUrl });
  await database.connect();
  const visibility = await openVisibility(surroundings);
  try {
    const parcels = await addParcels(database, prefix, count);
    const ended = (): Promise<number> => visibility.ended('DeliveryNotification');
    const [endedBefore, pushedBefore] = [await ended(), await Promise.all(workers.map(pushesOf))];
    const [spentBefore, startedAt] = [await spentBy(apart), performance.now()];
    await keepInFlight(IN_FLIGHT, count, (index) => {
      const [api, parcel] = [apis[index % apis.length], parcels[index]];
      if (!api || !parcel) throw new Error('an API and a parcel for each webhook');
      return sendWebhook(api.url, parcel);
    });
    await Promise.all(parcels.flatMap(({ cids }) => cids.map((cid) => cloudFunction.arrivalAt(cid))));
    await untilCounted(`deliveries of ${workers.length} workers`, endedBefore + count, ended);
    const ms = performance.now() - startedAt;
    const spent = difference(spentBefore, await spentBy(apart));
    await sleep(SETTLE_MS);
    const own = total(difference(spentBefore, await spentBy(apart))) - idle * (ms + SETTLE_MS);
    const pushes = (await Promise.all(workers.map(pushesOf))).map(
      (now, index) => now - (pushedBefore[index] ?? 0),
    );
    const twice = await doneTwice(database, parcels, pushes);
    return {
      rate: (count * 1_000) / ms,
      busy: spent.map(({ part, ms: taken }) => ({ part, percent: (100 * taken) / ms })),
      processorMs: own / count,
      ...{ pushes, twice },
    };
  } finally {
    await visibility.close();
    await database.end();
  }
}

/**
 * How much was done twice. That each phone got exactly one push is held by the cloud function, for the whole run.
 * @throws {Error} when a push was not made at all
 */
async function doneTwice(
  database: pg.Client,
  parcels: readonly Parcel[],
  pushes: readonly number[],
): Promise<number> {
  const cids = parcels.flatMap((parcel) => parcel.cids);
  const { rows } = await database.query<{ accepted: number; claims: number }>(
    `select count(*)::int as accepted, sum(attempts)::int as claims from waybell.express_pushes
      where cid = any($1) and state = 'accepted'`,
    [cids],
  );
  const { accepted = 0, claims = 0 } = rows[0] ?? {};
  const counted = pushes.reduce((sum, each) => sum + each, 0);
  if (accepted !== cids.length || counted < cids.length) {
    throw new Error(`${cids.length} phones, but ${accepted} pushes accepted, and ${counted} made by workers`);
  }
  return Math.max(claims, counted) - cids.length;
}

/** What a worker has counted of its own pushes. */
async function pushesOf(worker: RoleProcess): Promise<number> {
  const page = await metricsOf(worker);
  const counts = [...page.matchAll(/^waybell_pushes_total\{.*\} (\d+)$/gm)].map(([, n]) => Number(n));
  return counts.reduce((sum, each) => sum + each, 0);
}

async function spentBy({ apis, workers, serversPids }: Apart): Promise<Spent> {
  const { user, system } = process.cpuUsage();
  const [ofApis, ofWorkers] = await Promise.all([apis, workers].map(ofEach));
  return [
    ...(ofWorkers ?? []).map((ms) => ({ part: 'worker' as const, ms })),
    ...(ofApis ?? []).map((ms) => ({ part: 'API' as const, ms })),
    ...(await ofServers(serversPids)),
    { part: 'the bench itself', ms: (user + system) / 1_000 },
  ];
}

const ofEach = (processes: readonly RoleProcess[]): Promise<number[]> =>
  Promise.all(processes.map(({ pid }) => processorMs(pid)));

async function ofServers(roots: readonly number[]): Promise<Spent> {
  const taken = { temporal: 0, postgres: 0 };
  for (const pid of (await Promise.all(roots.map(treeOf))).flat()) {
    // Who ends in between has taken little.
    const program = await programOf(pid).catch(() => '');
    const ms = await processorMs(pid).catch(() => 0);
    if (program.startsWith('temporal')) taken.temporal += ms;
    if (program === 'postgres') taken.postgres += ms;
  }
  return [
    { part: 'Temporal', ms: taken.temporal },
    { part: 'PostgreSQL', ms: taken.postgres },
  ];
}

const difference = (before: Spent, after: Spent): Spent =>
  after.map(({ part, ms }, index) => ({ part, ms: ms - (before[index]?.ms ?? 0) }));

/** Without the bench, which no shop runs. */
const total = (spent: Spent): number =>
  spent.filter(({ part }) => part !== 'the bench itself').reduce((sum, { ms }) => sum + ms, 0);
