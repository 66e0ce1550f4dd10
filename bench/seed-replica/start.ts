import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { endForked, forkOwn, readyFork } from '../forked';
import { freePorts } from '../free-ports';
import { BENCH_ROOT } from '../paths';

/** The three processes of the old pipeline. */
export interface SeedReplica {
  readonly url: string;
  pids(): number[];
  /** Starts the two polling processes anew, the second one `offsetMs` after the first on their common beat. */
  restartPollers(offsetMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** A forked Node.js process has loaded its code and connected long before. */
const BOOT_MS = 1_000;

/** Starts the replica on an empty database. */
export async function startSeedReplica(databaseUrl: string, cloudFunctionUrl: string): Promise<SeedReplica> {
  await createTables(databaseUrl);
  const [port] = await freePorts(1);
  const common = { DATABASE_URL: databaseUrl, CLOUD_FUNC_URL: cloudFunctionUrl };
  const receiver = forkOwn('seed-replica/webhook-receiver', { ...common, PORT: `${port}` });
  await readyFork('seed-replica/webhook-receiver', receiver);

  let pollers: ChildProcess[] = [];
  return {
    url: `http://127.0.0.1:${port}`,
    pids: () => [receiver, ...pollers].map(({ pid }) => pid ?? 0),
    async restartPollers(offsetMs) {
      await Promise.all(pollers.map(endForked));
      const firstAt = Date.now() + BOOT_MS;
      pollers = [
        forkOwn('seed-replica/notify-worker', { ...common, FIRST_POLL_AT: `${firstAt}` }),
        forkOwn('seed-replica/push-server', { ...common, FIRST_POLL_AT: `${firstAt + offsetMs}` }),
      ];
    },
    async stop() {
      await Promise.all([receiver, ...pollers].map(endForked));
    },
  };
}

async function createTables(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(await readFile(path.join(BENCH_ROOT, 'seed-replica/schema.sql'), 'utf8'));
  await client.end();
}
