import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Row } from '../measurement';
import { sum } from '../process-memory';
import type { Waybell } from '../waybell';
import { memoryOfStack, PARTS } from './memory';

/** What a stack holds at one moment, by part; megabytes. */
export interface Footprint {
  readonly memory: ReadonlyMap<string, number>;
  readonly disk: ReadonlyMap<string, number>;
}

/** Whose a file of the data folder is: the first that fits. */
const OWNERS: readonly (readonly [owner: string, pattern: RegExp])[] = [
  ['what PostgreSQL writes ahead', /^postgres\/pg_wal\//],
  ['PostgreSQL', /^postgres\//],
  ['Temporal (SQLite)', /^temporal\.sqlite/],
  ['the journal', /^journal\//],
  ['logs', /^logs\//],
];
const BLOCK_BYTES = 512;

export async function footprintOf({ pid, dataDir }: Waybell): Promise<Footprint> {
  const look = await memoryOfStack(pid);
  const memory = PARTS.map(([name, program]) => {
    const own = look.filter((one) => one.program === program);
    return [name, sum(own, 'pss')] as const;
  });
  const disk = new Map(OWNERS.map(([owner]) => [owner, 0]));
  for (const file of await readdir(dataDir, { recursive: true })) {
    const owner = OWNERS.find(([, pattern]) => pattern.test(file))?.[0];
    // Servers delete files of theirs in between.
    const blocks = (await lstat(path.join(dataDir, file)).catch(() => undefined))?.blocks ?? 0;
    if (owner !== undefined) disk.set(owner, (disk.get(owner) ?? 0) + (blocks * BLOCK_BYTES) / 1e6);
  }
  return { memory: new Map(memory), disk };
}

/** What is held after so many deliveries. */
export function footprintRows(moment: string, { memory, disk }: Footprint): Row[] {
  const row = (what: string, value: number): Row => ({
    ...{ what: `${moment}, ${what}`, of: 'Waybell', unit: 'MB' },
    rounds: [[value]],
  });
  return [
    ...[...memory].map(([part, value]) => row(`memory of ${part}`, value)),
    ...[...disk].map(([owner, value]) => row(`disk of ${owner}`, value)),
  ];
}

/** What each of the deliveries between two moments has added. */
export function growthRows(before: Footprint, after: Footprint, deliveries: number): Row[] {
  const rows = (what: string, kind: keyof Footprint): Row[] =>
    [...after[kind]].map(([part, value]) => ({
      ...{ what: `${what} of ${part}, each delivery adds`, of: 'Waybell', unit: 'KB' },
      rounds: [[((value - (before[kind].get(part) ?? 0)) * 1_000) / deliveries]],
    }));
  return [...rows('memory', 'memory'), ...rows('disk', 'disk')];
}
