import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { CliRelease, Report } from './cli-release';

export interface CliInstallation {
  readonly release: CliRelease;
  /** Where the executable belongs in the end. */
  readonly target: string;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

/**
 * Lets `produce` put the executable, under the file name of `target`, into an empty folder beside it, then moves
 * it to `target` in one step: whoever finds a file there finds a whole one, and two that install at once do no
 * harm.
 */
export async function installInto(target: string, produce: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  const folder = await mkdtemp(path.join(path.dirname(target), 'installing-'));
  try {
    await produce(folder);
    const file = path.join(folder, path.basename(target));
    await chmod(file, 0o755);
    await rename(file, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
