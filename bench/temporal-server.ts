import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { endInTime } from './forked';
import { freeLowPorts } from './free-ports';
import { PROJECT_ROOT } from './paths';
import type { Waybell } from './waybell';

/** A Temporal server on PostgreSQL, as docs/production.md installs it. */
export interface TemporalServer {
  readonly pid: number;
  readonly address: string;
  stop(): Promise<void>;
}

const SETTINGS = path.join(PROJECT_ROOT, 'temporal/production');
const READY_TIMEOUT_MS = 120_000;
const TOOL_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
/** The addresses in `server.yaml`: for each of the four services one for requests and one for the ring. */
const PORTS = ['7233', '6933', '7234', '6934', '7235', '6935', '7239', '6939'] as const;

/**
 * Makes two databases on the PostgreSQL of `waybell`, and runs the server with the settings of `temporal/production`:
 * only ports and shards are others.
 * @param programs the folder of `temporal-server` and `temporal-sql-tool`
 */
export async function startTemporalServer(
  programs: string,
  waybell: Waybell,
  shards: number,
  folder: string,
): Promise<TemporalServer> {
  await mkdir(folder, { recursive: true });
  const { hostname, port, username, password } = new URL(waybell.databaseUrl('postgres'));
  const names = { temporal: `temporal_${shards}`, visibility: `temporal_visibility_${shards}` };
  await createDatabases(waybell, Object.values(names));
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', SQL_PLUGIN: 'postgres12', SQL_HOST: hostname, SQL_PORT: port },
    ...{ SQL_USER: username, SQL_PASSWORD: password },
  };
  for (const [schema, database] of Object.entries(names)) {
    const tool = (...args: string[]): Promise<unknown> =>
      promisify(execFile)(path.join(programs, 'temporal-sql-tool'), ['--database', database, ...args], {
        ...{ env, timeout: TOOL_TIMEOUT_MS, maxBuffer: 100_000_000 },
      });
    await tool('setup-schema', '--version', '0.0');
    await tool('update-schema', '--schema-name', `postgresql/v12/${schema}`);
  }

  const [metrics, ...ports] = await freeLowPorts(PORTS.length + 1);
  const file = path.join(folder, 'server.yaml');
  await writeFile(
    file,
    settingsWith(await readFile(path.join(SETTINGS, 'server.yaml'), 'utf8'), {
      ...{ ports, shards, names },
    }),
  );
  const child = spawn(
    path.join(programs, 'temporal-server'),
    ['--root', folder, '--config', '.', '--env', 'server', '--allow-no-auth', 'start'],
    {
      env: { ...env, TEMPORAL_METRICS_ADDRESS: `127.0.0.1:${metrics}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (words: string) => (said = (said + words).slice(-4_000)));
  }
  const exited = once(child, 'close');
  const stop = (): Promise<void> => endInTime(child, exited, STOP_TIMEOUT_MS);
  const address = `127.0.0.1:${ports[0]}`;
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await isHealthy(waybell.temporalCli, address))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`temporal-server with ${shards} shards is not ready:\n${said}`);
    }
    await sleep(500);
  }
  return { pid: child.pid ?? 0, address, stop };
}

interface Places {
  readonly ports: readonly number[];
  readonly shards: number;
  readonly names: { readonly temporal: string; readonly visibility: string };
}

/** The published settings at other places. @throws {Error} when they no longer have what is to be replaced */
function settingsWith(published: string, { ports, shards, names }: Places): string {
  const replacements: readonly (readonly [old: string | RegExp, now: string])[] = [
    ...PORTS.map((port, index) => [new RegExp(`\\b${port}\\b`, 'g'), `${ports[index]}`] as const),
    [/numHistoryShards: \d+/, `numHistoryShards: ${shards}`],
    ['databaseName: temporal_visibility', `databaseName: ${names.visibility}`],
    [/databaseName: temporal$/m, `databaseName: ${names.temporal}`],
    ['/etc/temporal/dynamic-settings.yaml', path.join(SETTINGS, 'dynamic-settings.yaml')],
  ];
  return replacements.reduce((settings, [old, now]) => {
    if (settings.search(old) < 0) throw new Error(`server.yaml has no ${old}`);
    return settings.replace(old, now);
  }, published);
}

async function createDatabases(waybell: Waybell, names: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: waybell.databaseUrl('postgres') });
  await client.connect();
  for (const name of names) await client.query(`create database ${name}`);
  await client.end();
}

async function isHealthy(temporalCli: string, address: string): Promise<boolean> {
  return promisify(execFile)(temporalCli, ['operator', 'cluster', 'health', '--address', address], {
    timeout: 5_000,
  }).then(
    () => true,
    () => false,
  );
}
