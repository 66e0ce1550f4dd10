import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../process-identity';

/** Longer than any part is given to stop. */
const PATIENCE_MS = 30_000;
const LOOK_INTERVAL_MS = 50;

/** The file in which the server of a part notes its identity while it runs. */
export function serverFile(dataDir: string, part: string): string {
  return path.join(dataDir, `${part}.server`);
}

/**
 * Waits for servers of an earlier start that was killed: their wrappers are ending them at this moment, and until
 * then they hold their ports and files.
 */
export async function waitForLeftovers(dataDir: string): Promise<void> {
  const files = (await readdir(dataDir)).filter((name) => name.endsWith('.server'));
  const deadline = Date.now() + PATIENCE_MS;
  for (const file of files.map((name) => path.join(dataDir, name))) {
    while (isAlive(readFileSync(file, { encoding: 'utf8' })) && Date.now() < deadline) {
      await sleep(LOOK_INTERVAL_MS);
    }
    await rm(file, { force: true });
  }
}
