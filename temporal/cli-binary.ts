import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, searchPath } from '../src/config/surroundings';
import { buildCliWithGo } from './cli-build';
import { downloadCli } from './cli-download';
import { OFFICIAL_RELEASE, type CliRelease, type Report } from './cli-release';

/** Older servers know neither the dynamic settings nor the SQLite settings that dev-server.ts passes. */
const OLDEST_SERVER_MINOR = 29;
const VERSION_TIMEOUT_MS = 10_000;

export const CLI_FILE_NAME = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

export interface CliRequest {
  /** TEMPORAL_CLI_PATH: used as it is, without a look at its version. */
  readonly cliPath?: string;
  readonly report: Report;
  /** Ends a download or a build under way. */
  readonly signal?: AbortSignal;
  /** What to get where there is none; the official one unless a test has its own. */
  readonly release?: CliRelease;
}

/**
 * Finds the Temporal CLI, or gets it: TEMPORAL_CLI_PATH, PATH, our cache, the official download, Go.
 * @returns an absolute path.
 */
export async function resolveTemporalCli({
  cliPath,
  report,
  signal,
  release = OFFICIAL_RELEASE,
}: CliRequest): Promise<string> {
  if (cliPath !== undefined) return givenCli(path.resolve(cliPath));
  for (const folder of searchPath()) {
    const candidate = path.join(folder, CLI_FILE_NAME);
    if ((await isExecutable(candidate)) && (await isRecentEnough(candidate, report))) return candidate;
  }
  // Outside the checkout, so that every clone and every test run shares one.
  const folder = path.join(cacheFolder(), 'waybell', `temporal-cli-${release.version}`);
  const cached = path.join(folder, CLI_FILE_NAME);
  if (await isExecutable(cached)) return cached;

  const failures: string[] = [];
  for (const get of [downloadCli, buildCliWithGo]) {
    try {
      await get({ release, target: cached, report, signal });
      return cached;
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(error instanceof Error ? error.message : String(error));
      report(failures.at(-1) ?? '');
    }
  }
  throw new Error(
    `There is no Temporal CLI here (${failures.join('; ')}). Install Temporal CLI ${release.version} and put it on PATH or into TEMPORAL_CLI_PATH, or set TEMPORAL_ADDRESS to a Temporal server that runs.`,
  );
}

async function givenCli(file: string): Promise<string> {
  if (await isExecutable(file)) return file;
  throw new Error(`TEMPORAL_CLI_PATH: ${file} is not an executable file`);
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function isRecentEnough(file: string, report: Report): Promise<boolean> {
  const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: VERSION_TIMEOUT_MS }).catch(
    () => ({
      stdout: '',
    }),
  );
  const [major = 0, minor = 0] = (/Server (\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number);
  if (major > 1 || (major === 1 && minor >= OLDEST_SERVER_MINOR)) return true;
  report(`Not using ${file}: it is not a Temporal CLI with server 1.${OLDEST_SERVER_MINOR} or later.`);
  return false;
}
