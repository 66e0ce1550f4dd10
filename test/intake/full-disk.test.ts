import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openJournal } from '../../src/intake/journal';
import { PROJECT_ROOT } from '../../src/project-root';

/** Of one file; what `ulimit` counts are 512 or 1024 bytes. Less than LevelDB writes into one log of its own will. */
const FILE_BLOCKS = 300;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-full-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a journal whose disk was full for a moment goes on, and a crash later loses nothing that it took', async () => {
  const writer = path.join(PROJECT_ROOT, 'test/intake/filling-journal.cjs');
  const limited = `ulimit -S -f ${FILE_BLOCKS} && exec "$0" "$1" "$2"`;
  const child = spawn('/bin/sh', ['-c', limited, process.execPath, writer, path.join(folder, 'journal')], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [written] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(child.signalCode).toBe('SIGKILL');

  const lines = written.trim().split('\n');
  const refused = lines.filter((line) => line.startsWith('refused '));
  const taken = lines.filter((line) => line.startsWith('taken ')).map((line) => line.slice('taken '.length));
  // Taken before the first refusal, refused, and taken again: else this test shows nothing.
  expect(refused.length).toBeGreaterThan(1);
  const takenAgain = lines.slice(lines.findIndex((line) => line.startsWith('refused ')));
  expect(takenAgain.filter((line) => line.startsWith('taken ')).length).toBeGreaterThan(100);

  const journal = await openJournal(path.join(folder, 'journal'), 1024 * 1024 * 1024);
  const found = new Set((await journal.unarchived(10_000)).map(({ id }) => id));
  await journal.close();
  expect(taken.filter((id) => !found.has(id))).toEqual([]);
});
