import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startCloudFunction, type CloudFunction } from './cloud-function';
import { addParcels, type Parcel } from './parcels';
import { startSeedReplica, type SeedReplica } from './seed-replica/start';
import { startWaybell, type Waybell } from './waybell';

/** Waybell, and those that it is compared with: the replica of what it replaces, engines, and packages that push. */
export type SystemName =
  | 'Waybell'
  | 'old pipeline'
  | 'bare SDK'
  | 'empty workflow'
  | 'DBOS'
  | 'web-push'
  | 'apns2'
  | '@parse/node-apn';

/** One of the two that are compared, as a measurement sees it. */
export interface System {
  readonly name: SystemName;
  readonly url: string;
  addParcels(count: number): Promise<Parcel[]>;
}

/** Waybell and the replica of the old pipeline, side by side on one PostgreSQL server. */
export interface SideBySide {
  readonly waybell: Waybell;
  readonly replica: SeedReplica;
  readonly systems: readonly [ours: System, old: System];
}

/** What measurements work with. */
export interface Lab {
  /** A quick run shows that everything works; its figures are good for nothing else. */
  readonly quick: boolean;
  readonly cloudFunction: CloudFunction;
  /** Tells the person who waits. */
  progress(line: string): void;
  /** A new folder for the data of a Waybell. */
  newDataDir(): Promise<string>;
  /** Starts a Waybell. Whoever asks stops it; `close` stops what still runs. */
  startWaybell(dataDir: string): Promise<Waybell>;
  /** Starts both systems once, for all measurements that follow. */
  sideBySide(): Promise<SideBySide>;
  close(): Promise<void>;
}

export async function openLab(quick: boolean): Promise<Lab> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-bench-'));
  const cloudFunction = await startCloudFunction();
  const endings: (() => Promise<unknown>)[] = [
    () => rm(folder, { recursive: true, force: true }),
    () => cloudFunction.close(),
  ];
  let both: Promise<SideBySide> | undefined;
  let folders = 0;

  const lab: Lab = {
    quick,
    cloudFunction,
    progress: (line) => console.log(`${process.uptime().toFixed(0).padStart(5)} s  ${line}`),
    newDataDir: () => Promise.resolve(path.join(folder, `data-${(folders += 1)}`)),
    startWaybell(dataDir) {
      const starting = startWaybell(dataDir, cloudFunction.url);
      // Before it is up: a run that is interrupted leaves nothing behind.
      endings.push(() =>
        starting.then(
          (waybell) => waybell.stop(),
          () => undefined,
        ),
      );
      return starting;
    },
    sideBySide: () => (both ??= startBoth()),
    async close() {
      // The latest first: what was started last needs what was started before it.
      for (const end of endings.splice(0).reverse()) await end();
    },
  };

  async function startBoth(): Promise<SideBySide> {
    lab.progress('starting Waybell and the replica of the old pipeline side by side');
    const waybell = await lab.startWaybell(await lab.newDataDir());
    const ours = openPool(waybell.databaseUrl('waybell'));
    await ours.query('create database seed_replica');
    const old = openPool(waybell.databaseUrl('seed_replica'));
    endings.push(() => Promise.all([ours.end(), old.end()]));
    const replica = await startSeedReplica(waybell.databaseUrl('seed_replica'), cloudFunction.url);
    endings.push(() => replica.stop());
    return {
      waybell,
      replica,
      systems: [system('Waybell', waybell.url, ours, 'WB'), system('old pipeline', replica.url, old, 'OP')],
    };
  }
  return lab;
}

function openPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 1 });
  // An interrupted run stops the server first; whoever asks for a row then is told by that query.
  pool.on('error', () => undefined);
  return pool;
}

function system(name: SystemName, url: string, database: pg.Pool, prefix: string): System {
  let batches = 0;
  return {
    name,
    url,
    addParcels: (count) => addParcels(database, `${prefix}${(batches += 1)}X`, count),
  };
}
