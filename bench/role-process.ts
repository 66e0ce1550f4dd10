import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endInTime } from './forked';
import { freePorts } from './free-ports';
import { PROJECT_ROOT } from './paths';
import type { Waybell } from './waybell';

/** A Waybell that only takes requests, or only delivers. */
export interface RoleProcess {
  readonly role: Role;
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

export type Role = 'api' | 'worker';

/** What such processes share. */
export interface Surroundings {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly cloudFunctionUrl: string;
}

/** What processes apart share with a Waybell that has started the servers. */
export const surroundingsOf = (waybell: Waybell, cloudFunctionUrl: string): Surroundings => ({
  databaseUrl: waybell.databaseUrl('waybell'),
  temporalAddress: waybell.temporalAddress,
  namespace: 'bench-apart',
  cloudFunctionUrl,
});

const COMMAND = path.join(PROJECT_ROOT, 'bin/waybell.cjs');
/** Of this run, for `/metrics`. */
const API_KEY = randomBytes(24).toString('hex');
const READY_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 30_000;

/**
 * Runs `waybell start --only …`, as docs/production.md does it on several machines.
 * @param readyAt `/healthz`: it need not reach Temporal
 */
export async function startRole(
  role: Role,
  { databaseUrl, temporalAddress, namespace, cloudFunctionUrl }: Surroundings,
  dataDir: string,
  readyAt: '/readyz' | '/healthz' = '/readyz',
): Promise<RoleProcess> {
  const [port, pushPort, workerPort] = await freePorts(3);
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [COMMAND, 'start', '--only', role], {
    env: {
      ...{ PATH, HOME, DATA_DIR: dataDir, HOST: '127.0.0.1' },
      ...{ PORT: `${port}`, PUSH_PORT: `${pushPort}`, WORKER_PORT: `${workerPort}` },
      DATABASE_URL: databaseUrl,
      UNSIGNED_WEBHOOKS: 'allow',
      API_KEYS: API_KEY,
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      CLOUD_FUNC_URL: cloudFunctionUrl,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (words: string) => (said = (said + words).slice(-2_000)));
  const exited = once(child, 'close');
  const url = `http://127.0.0.1:${role === 'api' ? port : workerPort}`;
  const stop = (): Promise<void> => endInTime(child, exited, STOP_TIMEOUT_MS);
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await isReady(url + readyAt))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`waybell start --only ${role} is not ready: ${said}`);
    }
    await sleep(50);
  }
  return { role, url, pid: child.pid ?? 0, stop };
}

/** What such a process has counted, as Prometheus reads it. */
export async function metricsOf({ url }: RoleProcess): Promise<string> {
  const headers = { authorization: `Bearer ${API_KEY}` };
  const answer = await fetch(`${url}/metrics`, { headers, signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${url}/metrics answered ${answer.status}`);
  return answer.text();
}

function isReady(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** @param temporalCli the command `temporal` */
export async function createNamespace(
  temporalCli: string,
  { temporalAddress, namespace }: Pick<Surroundings, 'temporalAddress' | 'namespace'>,
): Promise<void> {
  const create = ['operator', 'namespace', 'create', '--namespace', namespace, '--retention', '14d'];
  await promisify(execFile)(temporalCli, [...create, '--address', temporalAddress], { timeout: 60_000 });
}
