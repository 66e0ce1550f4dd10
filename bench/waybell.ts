import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { endInTime } from './forked';
import { freePorts } from './free-ports';
import { PROJECT_ROOT } from './paths';

/** A Waybell that runs on embedded parts, on ports of its own. */
export interface Waybell {
  readonly pid: number;
  /** From the command to the words "Waybell is ready", in seconds. */
  readonly secondsToReady: number;
  readonly url: string;
  /** Where its servers, its journal and its logs keep what they write. */
  readonly dataDir: string;
  readonly temporalCli: string;
  readonly temporalAddress: string;
  /** Of a database of its PostgreSQL server. */
  databaseUrl(name: string): string;
  /** May be asked twice. */
  stop(): Promise<void>;
}

const COMMAND = path.join(PROJECT_ROOT, 'bin/waybell.cjs');
/** Far beyond the aim of 15 s: what is slow is to be measured, not cut off. */
const READY_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 60_000;

/** Runs `waybell start` as a user would: with no settings but where things are. */
export async function startWaybell(dataDir: string, cloudFunctionUrl: string): Promise<Waybell> {
  const { PATH = '', HOME = '', XDG_CACHE_HOME = '' } = process.env;
  const names = ['PORT', 'PUSH_PORT', 'POSTGRES_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'] as const;
  const ports = await freePorts(names.length);
  const settings = Object.fromEntries(names.map((name, index) => [name, `${ports[index]}`]));

  const startedAt = performance.now();
  const child = spawn(process.execPath, [COMMAND, 'start'], {
    env: { PATH, HOME, XDG_CACHE_HOME, ...settings, DATA_DIR: dataDir, CLOUD_FUNC_URL: cloudFunctionUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'close');
  const stop = (): Promise<void> => endInTime(child, exited, STOP_TIMEOUT_MS);

  let written = '';
  const ready = new Promise<number>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        written += chunk;
        if (written.includes('Waybell is ready')) resolve(performance.now());
      });
    }
  });
  const tooLate = setTimeout(() => child.kill('SIGTERM'), READY_TIMEOUT_MS);
  const readyAt = await Promise.race([
    ready,
    exited.then(() => Promise.reject(new Error(`waybell start ended before it was ready:\n${written}`))),
  ]);
  clearTimeout(tooLate);

  const password = (await readFile(path.join(dataDir, 'postgres.password'), 'utf8')).trim();
  return {
    pid: child.pid ?? 0,
    secondsToReady: (readyAt - startedAt) / 1_000,
    url: `http://127.0.0.1:${settings['PORT']}`,
    dataDir,
    temporalAddress: `127.0.0.1:${settings['TEMPORAL_PORT']}`,
    temporalCli: /Temporal CLI\s+(.+)/.exec(written)?.[1]?.trim() ?? 'temporal',
    databaseUrl: (name) => `postgresql://waybell:${password}@127.0.0.1:${settings['POSTGRES_PORT']}/${name}`,
    stop,
  };
}
