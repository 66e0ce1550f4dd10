import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { makeFolder } from '../make-folder';
import type { Explanation } from '../shipment/explanation';
import { chooseOrdinaryUser, type OrdinaryUser } from './ordinary-user';
import { serverFile } from './leftovers';
import { startPart, type Part } from './part';
import { findPostgresBinaries } from './postgres-binaries';

export interface EmbeddedPostgresOptions {
  /** The cluster, its password and its log live here. */
  readonly dataDir: string;
  readonly port: number;
  readonly report: (words: Explanation) => void;
  /** Further settings of the server, `name=value`. */
  readonly settings?: readonly string[];
}

export interface EmbeddedPostgres {
  /** Of the database `waybell`; holds the password. */
  readonly url: string;
  readonly part: Part;
}

const USER = 'waybell';
const DATABASE = 'waybell';
/** Recovery after a kill -9 replays at most some minutes of a small database. */
const READY_TIMEOUT_MS = 60_000;
const TRY_INTERVAL_MS = 50;
/** A fast shutdown writes one checkpoint. */
const STOP_TIMEOUT_MS = 20_000;
/** Parallel test suites and a pool of 20 each stay below it. */
const MAX_CONNECTIONS = 200;

/** Starts the PostgreSQL cluster of `dataDir`, which is made first if there is none. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, port } = options;
  const binaries = await findPostgresBinaries();
  await makeFolder(dataDir);
  const user = await chooseOrdinaryUser([dataDir, path.dirname(binaries.postgres)]);
  const cluster = path.join(dataDir, 'postgres');
  const passwordFile = path.join(dataDir, 'postgres.password');
  if (!existsSync(cluster)) {
    options.report({
      en: 'Creating the embedded PostgreSQL database (once) …',
      zh: '正在创建内置的 PostgreSQL 数据库（仅一次）…',
    });
    await createCluster({ initdb: binaries.initdb, user, cluster, passwordFile });
  }
  const password = (await readFile(passwordFile, 'utf8')).trim();

  const settings = [
    'listen_addresses=127.0.0.1',
    // No socket file: its path may be longer than the 107 bytes that the system allows.
    'unix_socket_directories=',
    `port=${port}`,
    `max_connections=${MAX_CONNECTIONS}`,
    ...(options.settings ?? []),
  ];
  const part = await startPart('PostgreSQL', {
    ...(await user.launch(binaries.postgres, [
      '-D',
      cluster,
      ...settings.flatMap((setting) => ['-c', setting]),
    ])),
    logFile: path.join(dataDir, 'logs', 'postgres.log'),
    serverFile: serverFile(dataDir, 'postgres'),
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
  try {
    await Promise.race([
      openDatabase(urlOf('postgres', password, port)),
      part.exited.then((words) => Promise.reject(new Error(words))),
    ]);
  } catch (error) {
    await part.stop();
    throw error;
  }
  return { url: urlOf(DATABASE, password, port), part };
}

/** Where the database of a running Waybell with embedded parts is, for its other commands. */
export async function embeddedPostgresUrl(dataDir: string, port: number): Promise<string> {
  const password = await readFile(path.join(dataDir, 'postgres.password'), 'utf8').catch(() => {
    throw new Error(`There is no embedded PostgreSQL in ${dataDir}: start Waybell, or set DATABASE_URL.`);
  });
  return urlOf(DATABASE, password.trim(), port);
}

function urlOf(database: string, password: string, port: number): string {
  return `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`;
}

interface NewCluster {
  readonly initdb: string;
  readonly user: OrdinaryUser;
  readonly cluster: string;
  readonly passwordFile: string;
}

async function createCluster({ initdb, user, cluster, passwordFile }: NewCluster): Promise<void> {
  // Made aside and moved at the end: an interrupted initdb leaves nothing that looks like a cluster.
  const unfinished = `${cluster}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const { owner } = user;
  if (owner) await Promise.all([unfinished, passwordFile].map((file) => chown(file, owner.uid, owner.gid)));
  const { command, args, ...identity } = await user.launch(initdb, [
    ...['--pgdata', unfinished, '--username', USER, '--pwfile', passwordFile],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-instructions'],
  ]);
  await promisify(execFile)(command, args, identity);
  await rename(unfinished, cluster);
}

/** Waits until the server takes connections, then creates our database if it is not there. */
async function openDatabase(maintenanceUrl: string): Promise<void> {
  const client = await connect(maintenanceUrl);
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
    await client.query(`alter database ${DATABASE} set search_path = public, waybell`);
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<pg.Client> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(TRY_INTERVAL_MS);
    }
  }
}
