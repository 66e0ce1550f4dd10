import { access, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { downloadCli } from '../../temporal/cli-download';
import { OFFICIAL_RELEASE, type CliRelease } from '../../temporal/cli-release';
import { everywhere, openCliLab, type CliLab } from './cli-lab';

describe('the download of the Temporal CLI', () => {
  let lab: CliLab;
  beforeEach(async () => {
    lab = await openCliLab();
  });
  afterEach(() => lab.close());

  const download = (change?: Partial<CliRelease>, signal?: AbortSignal): Promise<void> =>
    downloadCli({ release: lab.release(change), target: lab.cached, report: lab.report, signal });
  const inCache = (): Promise<string[]> => readdir(path.dirname(lab.cached)).catch(() => []);

  test('puts the executable of the archive into the cache, and nothing else', async () => {
    await download();
    expect(await inCache()).toEqual(['temporal']);
    expect((await stat(lab.cached)).mode & 0o777).toBe(0o755);
    expect(lab.reports).toEqual(['Downloading the Temporal CLI 1.5.99 (about 40 MB, once) …']);
  });

  test('refuses an archive with another checksum, and keeps nothing of it', async () => {
    await expect(download({ checksums: everywhere('0'.repeat(64)) })).rejects.toThrow(
      /127\.0\.0\.1:\d+ cannot be reached, 127\.0\.0\.1:\d+ sent an archive with a wrong checksum/,
    );
    expect(lab.requests()).toBe(1);
    expect(await inCache()).toEqual([]);
  });

  test('takes an error page for no answer', async () => {
    lab.serve((_request, response) => response.writeHead(403).end('blocked'));
    await expect(download()).rejects.toThrow(/^127\.\S+ cannot be reached, 127\.\S+ cannot be reached$/);
  });

  test('gives up a host that is silent for 5 s', async () => {
    lab.serve(() => undefined);
    const startedAt = performance.now();
    await expect(download()).rejects.toThrow('cannot be reached');
    expect(performance.now() - startedAt).toBeGreaterThan(4_900);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  test('ends at once when it is no longer wanted', async () => {
    const unwanted = new AbortController();
    lab.serve(() => unwanted.abort(new Error('asked to stop')));
    await expect(download({}, unwanted.signal)).rejects.toThrow('asked to stop');
  });

  test('is not tried for a system that has no archive', async () => {
    await expect(download({ checksums: {} })).rejects.toThrow('no download is known for');
    expect(lab.requests()).toBe(0);
    await expect(access(lab.cached)).rejects.toThrow('ENOENT');
  });

  test.each(['linux', 'darwin'])('knows both archives of %s', (os) => {
    for (const arch of ['amd64', 'arm64']) {
      expect(OFFICIAL_RELEASE.checksums[`${os}_${arch}`]).toMatch(/^[0-9a-f]{64}$/);
      for (const url of OFFICIAL_RELEASE.archiveUrls(os, arch)) {
        expect(url).toMatch(/^https:/);
        expect(url).toContain(OFFICIAL_RELEASE.version);
        expect(url).toContain(os);
        expect(url).toContain(arch);
      }
    }
  });
});
