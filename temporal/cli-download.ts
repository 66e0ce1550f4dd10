import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { installInto, type CliInstallation } from './cli-install';

/** sha256 of the release archives of 1.5.1, from the checksums.txt of that release. */
const CHECKSUMS: Readonly<Record<string, string>> = {
  linux_amd64: 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
  linux_arm64: 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
  darwin_amd64: 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
  darwin_arm64: 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
};

/** Short: where the hosts cannot be reached, the build with Go must begin soon and by itself. */
const ANSWER_TIMEOUT_MS = 5_000;
/** About 40 MB: enough for 70 KB/s. */
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;

function archiveUrls(version: string, os: string, arch: string): string[] {
  return [
    `https://temporal.download/cli/archive/v${version}?platform=${os}&arch=${arch}`,
    `https://github.com/temporalio/cli/releases/download/v${version}/temporal_cli_${version}_${os}_${arch}.tar.gz`,
  ];
}

/** Downloads the official archive, compares its checksum and unpacks the executable to `target`. */
export async function downloadCli({ version, target, report, signal }: CliInstallation): Promise<void> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const checksum = CHECKSUMS[`${process.platform}_${arch}`];
  if (checksum === undefined) throw new Error(`no download is known for ${process.platform} on ${arch}`);
  report(`Downloading the Temporal CLI ${version} (about 40 MB, once) …`);

  const archive = await firstGood(archiveUrls(version, process.platform, arch), checksum, signal);
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
