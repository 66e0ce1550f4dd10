import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import type { Config } from '../config/config';
import type { Explanation } from '../shipment/explanation';
import { SpokenError } from '../spoken';
import { takesRequests, type Role } from './locks';

const run = promisify(execFile);

/** The state "listening" in /proc/net/tcp: https://docs.kernel.org/networking/proc_net_tcp.html */
const LISTENING = '0A';
const COMMAND_LENGTH = 80;

/** Who listens on a TCP port, as `process <pid> (<command>)`; `undefined` when that cannot be seen from here. */
export async function findPortHolder(port: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') return await holderOnLinux(port);
    return process.platform === 'win32' ? await holderOnWindows(port) : await holderOnUnix(port);
  } catch {
    return undefined;
  }
}

/** From /proc alone: slim containers have neither ss nor lsof. */
async function holderOnLinux(port: number): Promise<string | undefined> {
  const sockets = new Set((await listeningInodes(port)).map((inode) => `socket:[${inode}]`));
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // The files of other users' processes are hidden, and processes end while we look.
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      if (!sockets.has(await readlink(`/proc/${pid}/fd/${file}`).catch(() => ''))) continue;
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
      return `process ${pid} (${command.slice(0, COMMAND_LENGTH)})`;
    }
  }
  return undefined;
}

async function listeningInodes(port: number): Promise<string[]> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(`:${hexPort}`) && state === LISTENING)
    .flatMap((fields) => fields[9] ?? []);
}

/** `lsof -F pc` prints one field per line: `p<pid>`, then `c<command>`. */
async function holderOnUnix(port: number): Promise<string | undefined> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'pc']);
  const [, pid, command] = /^p(\d+)\n(?:c(.*))?/m.exec(stdout) ?? [];
  return pid && `process ${pid} (${command ?? '?'})`;
}

async function holderOnWindows(port: number): Promise<string | undefined> {
  const { stdout } = await run('netstat', ['-ano', '-p', 'TCP']);
  const line = stdout.split('\n').find((text) => text.includes(`:${port} `) && text.includes('LISTENING'));
  const pid = line?.trim().split(/\s+/).at(-1);
  return pid && `process ${pid}`;
}

/** A port that Waybell is about to listen on, and the setting that moves it. */
export interface WantedPort {
  readonly setting: string;
  readonly port: number;
  readonly host: string;
  /** The embedded server that listens there; Waybell itself when absent. */
  readonly partOf?: string;
}

/** Thrown when a port cannot be used; one sentence for each. */
export class PortsTakenError extends SpokenError {
  override readonly name = 'PortsTakenError';

  constructor(problems: readonly Explanation[]) {
    super({
      en: problems.map(({ en }) => en).join('\n'),
      zh: problems.map(({ zh }) => zh).join('\n'),
    });
  }
}

/** @throws {PortsTakenError} naming every port that is taken, and who holds it. */
export async function requireFreePorts(wanted: readonly WantedPort[]): Promise<void> {
  const problems: Explanation[] = [];
  for (const [index, { setting, port, host }] of wanted.entries()) {
    const twin = wanted.slice(0, index).find((other) => other.port === port);
    if (twin)
      problems.push({
        en: `${setting} and ${twin.setting} are both ${port}: set one of them to another port.`,
        zh: `${setting} 和 ${twin.setting} 都是 ${port}：请把其中一个设为其他端口。`,
      });
    else problems.push(...(await describeTakenPort({ setting, port, host })));
  }
  if (problems.length > 0) throw new PortsTakenError(problems);
}

/** A sentence when the port is not free, and who holds it. */
export async function describeTakenPort({ setting, port, host }: WantedPort): Promise<Explanation[]> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    await once(server.close(), 'close');
    return [];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE')
      return [
        {
          en: `Port ${port} (${setting}) cannot be used: ${message}`,
          zh: `端口 ${port}（${setting}）无法使用：${message}`,
        },
      ];
    const holder = await findPortHolder(port);
    return [
      {
        en: `Port ${port} (${setting}) is taken by ${holder ?? 'a process that is not visible from here'}: stop it, or set ${setting} to another port.`,
        zh: `端口 ${port}（${setting}）已被占用：${holder ?? '从这里看不到的进程'}。请停止它，或把 ${setting} 设为其他端口。`,
      },
    ];
  }
}

/** Every port that a process of this role needs for itself. */
export function wantedPorts(config: Config, role: Role): WantedPort[] {
  const { host, port, pushPort, workerPort, database, temporal } = config;
  const postgresql = { host: '127.0.0.1', partOf: 'embedded PostgreSQL' };
  const server = { host: '127.0.0.1', partOf: 'embedded Temporal' };
  return [
    ...(takesRequests(role)
      ? [
          { setting: 'PORT', port, host },
          { setting: 'PUSH_PORT', port: pushPort, host },
        ]
      : [{ setting: 'WORKER_PORT', port: workerPort, host }]),
    ...(database.kind === 'embedded'
      ? [{ setting: 'POSTGRES_PORT', port: database.port, ...postgresql }]
      : []),
    ...(temporal.kind === 'embedded'
      ? [
          { setting: 'TEMPORAL_PORT', port: temporal.port, ...server },
          { setting: 'TEMPORAL_UI_PORT', port: temporal.uiPort, ...server },
        ]
      : []),
  ];
}
