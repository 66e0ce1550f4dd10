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

export interface PortHolder {
  readonly pid: number;
  /** As far as the system tells it. */
  readonly command?: string;
}

/** Who listens on a TCP port; `undefined` when that cannot be seen from here. */
export async function findPortHolder(port: number): Promise<PortHolder | undefined> {
  try {
    if (process.platform === 'linux') return await holderOnLinux(port);
    return process.platform === 'win32' ? await holderOnWindows(port) : await holderOnUnix(port);
  } catch {
    return undefined;
  }
}

/** From /proc alone: slim containers have neither ss nor lsof. */
async function holderOnLinux(port: number): Promise<PortHolder | undefined> {
  const sockets = new Set((await listeningInodes(port)).map((inode) => `socket:[${inode}]`));
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // The files of other users' processes are hidden, and processes end while we look.
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const file of files) {
      if (!sockets.has(await readlink(`/proc/${pid}/fd/${file}`).catch(() => ''))) continue;
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
      return { pid: Number(pid), command: command.slice(0, COMMAND_LENGTH) };
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
async function holderOnUnix(port: number): Promise<PortHolder | undefined> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'pc']);
  const [, pid, command] = /^p(\d+)\n(?:c(.*))?/m.exec(stdout) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), command: command ?? '?' };
}

async function holderOnWindows(port: number): Promise<PortHolder | undefined> {
  const { stdout } = await run('netstat', ['-ano', '-p', 'TCP']);
  const line = stdout.split('\n').find((text) => text.includes(`:${port} `) && text.includes('LISTENING'));
  const pid = line?.trim().split(/\s+/).at(-1);
  return pid === undefined ? undefined : { pid: Number(pid) };
}

/** A port that Waybell is about to listen on, and the setting that moves it. */
export interface WantedPort {
  readonly setting: string;
  readonly port: number;
  readonly host: string;
  /** The embedded server that listens there; Waybell itself when absent. */
  readonly partOf?: 'PostgreSQL' | 'Temporal';
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
    const holder = describeHolder(await findPortHolder(port));
    return [
      {
        en: `Port ${port} (${setting}) is taken by ${holder.en}: stop it, or set ${setting} to another port.`,
        zh: `端口 ${port}（${setting}）已被占用：${holder.zh}。请停止它，或把 ${setting} 设为其他端口。`,
      },
    ];
  }
}

function describeHolder(holder: PortHolder | undefined): Explanation {
  if (holder === undefined)
    return { en: 'a process that is not visible from here', zh: '一个从这里看不到的进程' };
  const { pid, command } = holder;
  return command === undefined
    ? { en: `process ${pid}`, zh: `进程 ${pid}` }
    : { en: `process ${pid} (${command})`, zh: `进程 ${pid}（${command}）` };
}

/** Every port that a process of this role needs for itself. */
export function wantedPorts(config: Config, role: Role): WantedPort[] {
  const { host, port, pushPort, workerPort, database, temporal } = config;
  const postgresql = { host: '127.0.0.1', partOf: 'PostgreSQL' } as const;
  const server = { host: '127.0.0.1', partOf: 'Temporal' } as const;
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
