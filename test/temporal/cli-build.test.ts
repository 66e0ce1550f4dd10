import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildCliWithGo } from '../../temporal/cli-build';
import { openCliLab, writeScript, type CliLab } from './cli-lab';

describe('the build of the Temporal CLI with Go', () => {
  let lab: CliLab;
  beforeEach(async () => {
    lab = await openCliLab();
  });
  afterEach(() => lab.close());

  const build = (): Promise<void> =>
    buildCliWithGo({ release: lab.release(), target: lab.cached, report: lab.report });
  const writeGo = (script: string): Promise<void> => writeScript(path.join(lab.bin, 'go'), script);

  test('installs the very version into the cache, without a C compiler', async () => {
    await writeGo('echo "$@ CGO_ENABLED=$CGO_ENABLED" > "$GOBIN/temporal"');
    await build();
    expect(await readFile(lab.cached, 'utf8')).toBe(
      'install -ldflags=-s -w github.com/temporalio/cli/cmd/temporal@v1.5.99 CGO_ENABLED=0\n',
    );
    expect(await readdir(path.dirname(lab.cached))).toEqual(['temporal']);
    expect(lab.reports).toEqual([
      'Building the Temporal CLI 1.5.99 with Go: 0 s (2 to 8 min, once) …',
      expect.stringMatching(/^The Temporal CLI is built \(\d+ s\)\.$/),
    ]);
  });

  test('that fails says the last words of Go, and leaves nothing in the cache', async () => {
    await writeGo('echo half > "$GOBIN/temporal"; echo "no such module" >&2; exit 1');
    await expect(build()).rejects.toThrow('go install failed: no such module');
    expect(await readdir(path.dirname(lab.cached))).toEqual([]);
  });

  test('without Go says so', async () => {
    await expect(build()).rejects.toThrow('Go is not installed');
  });
});
