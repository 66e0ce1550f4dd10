import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../src/project-root';

const run = promisify(execFile);

export interface OlderRelease {
  /** Its command `waybell`. */
  readonly main: string;
  close(): Promise<void>;
}

/** Compiles a commit of this repository into a folder of its own, with the packages of today. */
export async function buildRelease(commit: string): Promise<OlderRelease> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-release-'));
  const archive = path.join(folder, 'source.tar');
  await run('git', ['archive', '--output', archive, commit], { cwd: PROJECT_ROOT });
  await run('tar', ['-xf', archive, '--no-same-owner', '-C', folder]);
  await symlink(path.join(PROJECT_ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  await run('npm', ['run', 'build'], { cwd: folder });
  return {
    main: path.join(folder, 'dist/src/cli/main.js'),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
