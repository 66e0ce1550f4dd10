import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { installInto, type CliInstallation } from './cli-install';

/** Short: where the hosts cannot be reached, the build with Go must begin soon and by itself. */
const ANSWER_TIMEOUT_MS = 5_000;
/** About 40 MB: enough for 70 KB/s. */
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;

/** Downloads the archive of a release, compares its checksum and unpacks the executable to `target`. */
export async function downloadCli({ release, target, report, signal }: CliInstallation): Promise<void> {
  const os = process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const checksum = release.checksums[`${os}_${arch}`];
  if (checksum === undefined) throw new Error(`no download is known for ${os} on ${arch}`);
  report(`Downloading the Temporal CLI ${release.version} (about 40 MB, once) …`);

  const archive = await firstGood(release.archiveUrls(os, arch), checksum, signal);
  await installInto(target, async (folder) => {
    const file = path.join(folder, 'archive.tar.gz');
    await writeFile(file, archive);
    await promisify(execFile)('tar', ['-xzf', file, '-C', folder, 'temporal'], { signal });
  });
}

async function firstGood(urls: readonly string[], checksum: string, signal?: AbortSignal): Promise<Buffer> {
  const failures: string[] = [];
  for (const url of urls) {
    const host = new URL(url).host;
    try {
      const archive = await fetchArchive(url, signal);
      if (createHash('sha256').update(archive).digest('hex') === checksum) return archive;
      failures.push(`${host} sent an archive with a wrong checksum`);
    } catch {
      signal?.throwIfAborted();
      failures.push(`${host} cannot be reached`);
    }
  }
  throw new Error(failures.join(', '));
}

async function fetchArchive(url: string, signal?: AbortSignal): Promise<Buffer> {
  const unanswered = new AbortController();
  const patience = setTimeout(() => unanswered.abort(), ANSWER_TIMEOUT_MS);
  const limits = [unanswered.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS), ...(signal ? [signal] : [])];
  try {
    const response = await fetch(url, { signal: AbortSignal.any(limits) });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    clearTimeout(patience);
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(patience);
  }
}
