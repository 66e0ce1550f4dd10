import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

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
