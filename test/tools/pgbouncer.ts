import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { chooseOrdinaryUser } from '../../src/embedded/ordinary-user';
import { eventually } from '../setup/delivery-lab';
import { freePorts } from '../setup/free-port';
import { opened } from '../setup/open-resources';
import { findProgram } from './programs';

export interface Pooler {
  /** The database of `target`, through the pooler. */
  readonly url: string;
  close(): Promise<void>;
}

/** A PgBouncer of its own before one database, entered as the user of `target`. It refuses to run as root. */
export async function startPgbouncer(target: string, mode: 'transaction' | 'session'): Promise<Pooler> {
  const binary = findProgram('pgbouncer');
  const { hostname, port, username, password, pathname } = new URL(target);
  const [listenPort] = await freePorts(1);
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-pgbouncer-'));
  await chmod(folder, 0o755);
  const settings = path.join(folder, 'pgbouncer.ini');
  await writeFile(
    settings,
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenPort}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 10
`,
  );
  const user = await chooseOrdinaryUser([folder, path.dirname(binary)]);
  const { command, args, ...identity } = await user.launch(binary, [settings]);
  const server = spawn(command, args, { ...identity, stdio: 'ignore' });
  const ended = once(server, 'exit');
  const closed = opened('pgbouncer');
  const url = `postgresql://anybody@127.0.0.1:${listenPort}${pathname}`;
  await eventually(() => answers(url));
  return {
    url,
    close: async () => {
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true });
      closed();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}
