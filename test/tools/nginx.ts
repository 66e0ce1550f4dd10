import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { generate } from 'selfsigned';
import { PROJECT_ROOT } from '../../src/project-root';
import { freePorts } from '../setup/free-port';
import { opened } from '../setup/open-resources';
import { eventually } from '../setup/processes';
import { findProgram } from './programs';

/** As the file has it. */
const NAME = 'waybell.shop.example';

export interface Question {
  readonly method?: string;
  /** As it goes over the wire. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export interface Proxy {
  ask(question: Question): Promise<{ status: number; text: string }>;
  /** The same over the port without TLS. */
  askInClear(path: string): Promise<number>;
  /** Everything that nginx has written into its logs. */
  logged(): Promise<string>;
  close(): Promise<void>;
}

/** Runs nginx with the file of docs/production.md; only ports, certificate, logs and upstream are those of the test. */
export async function startNginx(upstream: string): Promise<Proxy> {
  const nginx = findProgram('nginx');
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-nginx-'));
  const [clearPort = 0, port = 0] = await freePorts(2);
  const { private: key, cert } = await generate([{ name: 'commonName', value: NAME }]);
  await writeFile(path.join(folder, 'waybell.key'), key, { mode: 0o600 });
  await writeFile(path.join(folder, 'waybell.pem'), cert);
  const recipe = await readFile(path.join(PROJECT_ROOT, 'temporal/production/nginx.conf'), 'utf8');
  const site = recipe
    .replace('listen 80;', `listen 127.0.0.1:${clearPort};`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
    .replace('server 127.0.0.1:7201;', `server ${new URL(upstream).host};`)
    .replaceAll('/etc/ssl/', `${folder}/`)
    .replaceAll('/var/log/nginx/', `${folder}/`);
  await writeFile(path.join(folder, 'waybell.conf'), site);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${folder}/${kind};\n`,
  );
  await writeFile(
    path.join(folder, 'nginx.conf'),
    `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log stderr warn;
events {}
http {
${temporary.join('')}  include ${folder}/waybell.conf;
}
`,
  );
  const args = ['-p', folder, '-e', 'stderr', '-c', path.join(folder, 'nginx.conf')];
  const tested = spawn(nginx, [...args, '-t'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [words] = await Promise.all([text(tested.stderr), once(tested, 'close')]);
  if (tested.exitCode !== 0 || words.includes('[warn]')) throw new Error(`nginx -t: ${words}`);

  const server = spawn(nginx, args, { stdio: 'ignore' });
  const ended = once(server, 'exit');
  const closed = opened('nginx');
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 32,
    ca: cert,
    servername: NAME,
    checkServerIdentity: () => undefined,
  });
  const ask: Proxy['ask'] = async ({ method = 'GET', path: target, headers = {}, body = '' }) => {
    const asked = request({
      ...{ agent, host: '127.0.0.1', port, method, path: target },
      headers: { ...headers, host: NAME, 'content-length': Buffer.byteLength(body) },
    });
    asked.end(body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: await text(response) };
  };
  await eventually(() =>
    ask({ path: '/' }).then(
      () => true,
      () => false,
    ),
  );
  return {
    ask,
    askInClear: async (target) =>
      (await fetch(`http://127.0.0.1:${clearPort}${target}`, { method: 'POST', redirect: 'manual' })).status,
    logged: async () => {
      const files = ['waybell.log', 'waybell-errors.log'];
      return (await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))).join('');
    },
    close: async () => {
      agent.destroy();
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
      closed();
    },
  };
}
