import { execFile } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { PROJECT_ROOT } from './paths';
import { median } from './statistics';
import type { Waybell } from './waybell';

/** What the figures depend on, as name and value. */
export type Machine = readonly (readonly [name: string, value: string])[];

const BLOCK_BYTES = 4_096;
const SYNCS = 200;

/** Taken before the bench itself makes load. */
export function lookAtLoad(): number {
  return loadavg()[0] ?? 0;
}

export async function describeMachine(waybell: Waybell, loadBefore: number): Promise<Machine> {
  const [temporal, postgres, commit, sync] = await Promise.all([
    run(waybell.temporalCli, '--version'),
    postgresVersion(waybell.databaseUrl('postgres')),
    describeCommit(),
    millisecondsPerSync(),
  ]);
  return [
    [
      'processor',
      `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores for all processes`,
    ],
    ['memory', `${(totalmem() / 1e9).toFixed(0)} GB`],
    [
      'disk',
      `${sync.toFixed(2)} ms for a 4 KB write with fdatasync (median of ${SYNCS}), in the folder of the data`,
    ],
    ['system', `${process.platform} ${release()}, ${process.arch}`],
    ['load before', `${loadBefore.toFixed(2)} (average of the last minute)`],
    ['Node.js', process.version],
    ['Temporal', temporal.replace('temporal version ', 'CLI ')],
    ['PostgreSQL', postgres],
    ['Waybell', commit],
  ];
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd: PROJECT_ROOT });
  return stdout.trim();
}

async function postgresVersion(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return rows[0]?.server_version ?? 'unknown';
}

async function describeCommit(): Promise<string> {
  try {
    const commit = await run('git', 'rev-parse', '--short', 'HEAD');
    const changes = await run('git', 'status', '--porcelain', '--', 'src', 'temporal');
    return changes === '' ? `commit ${commit}` : `commit ${commit} with changes`;
  } catch {
    return 'not a Git checkout';
  }
}

/** Every acknowledgement waits for the disk: on one that answers from a cache, all figures are flattered. */
async function millisecondsPerSync(): Promise<number> {
  const file = path.join(tmpdir(), `waybell-bench-${process.pid}.sync`);
  const descriptor = openSync(file, 'w');
  const block = Buffer.alloc(BLOCK_BYTES, 1);
  const samples = Array.from({ length: SYNCS }, () => {
    const startedAt = performance.now();
    writeSync(descriptor, block);
    fdatasyncSync(descriptor);
    return performance.now() - startedAt;
  });
  closeSync(descriptor);
  await rm(file);
  return median(samples);
}
