import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from './free-ports';
import { PROJECT_ROOT } from './paths';
import type { Waybell } from './waybell';

/** A Waybell that only takes requests. */
export interface ApiProcess {
  readonly url: string;
  stop(): Promise<void>;
}

const COMMAND = path.join(PROJECT_ROOT, 'bin/waybell.cjs');
const LISTENING_TIMEOUT_MS = 60_000;
const NAMESPACE = 'bench-without-worker';

/**
 * Runs `waybell start --only api` on the database of `parts`, in a namespace of its own that no worker serves.
 * @param temporal `away`: an address where nobody listens
 */
export async function startApi(
  parts: Waybell,
  dataDir: string,
  temporal: 'there' | 'away',
): Promise<ApiProcess> {
  const [port, pushPort, nowhere] = await freePorts(3);
  if (temporal === 'there') {
    const create = ['operator', 'namespace', 'create', '--namespace', NAMESPACE];
    await promisify(execFile)(parts.temporalCli, [...create, '--address', parts.temporalAddress]);
  }
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [COMMAND, 'start', '--only', 'api'], {
    env: {
      ...{ PATH, HOME, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: `${port}`, PUSH_PORT: `${pushPort}` },
      DATABASE_URL: parts.databaseUrl('waybell'),
      UNSIGNED_WEBHOOKS: 'allow',
      TEMPORAL_ADDRESS: temporal === 'there' ? parts.temporalAddress : `127.0.0.1:${nowhere}`,
      TEMPORAL_NAMESPACE: NAMESPACE,
      CLOUD_FUNC_URL: 'http://127.0.0.1:9/nobody',
    },
    stdio: 'ignore',
  });
  const exited = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + LISTENING_TIMEOUT_MS;
  const path200 = temporal === 'there' ? '/readyz' : '/healthz';
  while (
    !(await fetch(url + path200).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) throw new Error('waybell start --only api does not listen');
    await sleep(50);
  }
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
