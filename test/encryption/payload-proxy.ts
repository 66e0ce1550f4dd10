import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { launchAsOurselves } from '../../src/embedded/launch';
import { startPart } from '../../src/embedded/part';
import { PROJECT_ROOT } from '../../src/project-root';
import { waitUntilServing } from '../../temporal/dev-server';
import { freePorts } from '../setup/free-port';

/** A proxy that encrypts between Waybell and a Temporal server. */
export interface PayloadProxy {
  /** Where Waybell connects. */
  readonly address: string;
  /** Starts it anew with a newer key; with `forget`, without the older ones. */
  rotate(forget?: 'forget'): Promise<void>;
  close(): Promise<void>;
}

/** What starts a proxy of some kind; its keys, each 32 bytes, the newest first. */
interface Kind {
  /** Whether the messages of failures are among what it encrypts: those of Temporal’s own 0.5.1 were not. */
  readonly encryptsFailures: boolean;
  /** @returns the program and its arguments */
  prepare(folder: string, listen: string, upstream: string, keys: readonly Buffer[]): Promise<string[]>;
}

/** The one of this repository, compiled as docs/production.md does it. */
const OURS: Kind = {
  encryptsFailures: true,
  async prepare(folder, listen, upstream, keys) {
    const program = path.join(folder, 'payload-proxy');
    const source = path.join(PROJECT_ROOT, 'temporal/payload-proxy');
    await promisify(execFile)('go', ['build', '-buildvcs=false', '-o', program, '.'], { cwd: source });
    const file = path.join(folder, 'keys');
    const lines = keys.map((key, index) => `key-${keys.length - index} ${key.toString('base64')}\n`);
    await writeFile(file, lines.join(''), { mode: 0o600 });
    return [program, '-listen', listen, '-upstream', upstream, '-keys', file];
  },
};

/** Temporal's own, where somebody has it; with keys that are in its settings instead of a key service. */
const temporals = (program: string): Kind => ({
  encryptsFailures: false,
  async prepare(folder, listen, upstream, keys) {
    const [current, ...older] = keys.map((key) => `testing://${key.toString('base64url')}=`);
    const config = path.join(folder, 'proxy.json');
    const encryption = {
      enabled: true,
      default: { uri: current, decryptURIs: older, duration: '1h', renewBefore: '15m' },
    };
    const upstreams = [{ name: 'temporal', hostPort: upstream }];
    // JSON is YAML.
    const settings = { hostPort: listen, routing: { default: 'temporal' }, upstreams, encryption };
    await writeFile(config, JSON.stringify(settings), { mode: 0o600 });
    const [metrics] = await freePorts(1);
    return [program, 'serve', '-c', config, '--metrics-addr', `127.0.0.1:${metrics}`];
  },
});

const { TEMPORAL_PROXY: ofTemporal } = process.env;

/** The proxies that are tried: Temporal's own too when `TEMPORAL_PROXY` says where it is. */
export const PROXIES: readonly { name: string; kind: Kind }[] = [
  { name: 'the proxy of this repository', kind: OURS },
  ...(ofTemporal === undefined ? [] : [{ name: 'Temporal’s own proxy', kind: temporals(ofTemporal) }]),
];

export async function startPayloadProxy(
  kind: Kind,
  upstream: string,
  namespace: string,
): Promise<PayloadProxy> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-payloads-'));
  const [port] = (await freePorts(1)) as [number];
  const address = `127.0.0.1:${port}`;
  let keys = [randomBytes(32)];

  const begin = async () => {
    const [command = '', ...args] = await kind.prepare(folder, address, upstream, keys);
    const part = await startPart('payload proxy', {
      ...(await launchAsOurselves(command, args)),
      logFile: path.join(folder, 'proxy.log'),
      serverFile: path.join(folder, 'proxy.server'),
      stopTimeoutMs: 10_000,
    });
    await waitUntilServing(address, namespace);
    return part;
  };
  let running = await begin();
  return {
    address,
    async rotate(forget) {
      keys = [randomBytes(32), ...(forget ? [] : keys)];
      await running.stop();
      running = await begin();
    },
    async close() {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
