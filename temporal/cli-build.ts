import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { childEnvironment } from '../src/config/surroundings';
import { installInto, type CliInstallation } from './cli-install';

const MODULE = 'github.com/temporalio/cli/cmd/temporal';
const PROGRESS_INTERVAL_MS = 10_000;
/** How much of the compiler's last words goes into our one sentence. */
const LAST_WORDS_LENGTH = 300;

/** Builds the CLI with `go install`: 2 to 8 minutes on two cores, once. */
export async function buildCliWithGo({ release, target, report, signal }: CliInstallation): Promise<void> {
  const { version } = release;
  await installInto(target, async (folder) => {
    const started = Date.now();
    const announce = (): void =>
      report(
        `Building the Temporal CLI ${version} with Go: ${elapsed(Date.now() - started)} (2 to 8 min, once) …`,
      );
    announce();
    const progress = setInterval(announce, PROGRESS_INTERVAL_MS);
    try {
      await goInstall(`${MODULE}@v${version}`, folder, signal);
    } finally {
      clearInterval(progress);
    }
    report(`The Temporal CLI is built (${elapsed(Date.now() - started)}).`);
  });
}

async function goInstall(module: string, folder: string, signal?: AbortSignal): Promise<void> {
  // Without cgo, as the official builds are: no C compiler is needed.
  const go = spawn('go', ['install', '-ldflags=-s -w', module], {
    env: childEnvironment({ GOBIN: folder, CGO_ENABLED: '0' }),
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  const words = text(go.stderr);
  const [code] = (await once(go, 'close').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('Go is not installed') : error;
  })) as [number | null];
  if (code !== 0) throw new Error(`go install failed: ${(await words).trim().slice(-LAST_WORDS_LENGTH)}`);
}

function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
