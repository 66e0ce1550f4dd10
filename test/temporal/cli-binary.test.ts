import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CLI_FILE_NAME, resolveTemporalCli } from '../../temporal/cli-binary';
import { openCliLab, writeCli, writeScript, type CliLab } from './cli-lab';

describe('where the Temporal CLI comes from', () => {
  let lab: CliLab;
  let onPath: string;
  beforeEach(async () => {
    lab = await openCliLab();
    onPath = path.join(lab.bin, CLI_FILE_NAME);
  });
  afterEach(() => lab.close());

  const resolve = (cliPath?: string): Promise<string> =>
    resolveTemporalCli({ cliPath, report: lab.report, release: lab.release() });

  test('TEMPORAL_CLI_PATH first, whatever else there is', async () => {
    const given = path.join(lab.folder, 'given');
    await Promise.all([
      writeCli(given, '1.20.0'),
      writeCli(onPath, '1.29.1'),
      writeCli(lab.cached, '1.29.1'),
    ]);
    expect(await resolve(given)).toBe(given);
  });

  test('a TEMPORAL_CLI_PATH that is no executable is an error, not a reason to look elsewhere', async () => {
    await writeCli(onPath, '1.29.1');
    await expect(resolve(path.join(lab.folder, 'nothing'))).rejects.toThrow('TEMPORAL_CLI_PATH');
  });

  test.each(['1.29.1', '1.31.0', '2.0.0'])('then PATH, when its server is %s', async (server) => {
    await Promise.all([writeCli(lab.cached, '1.29.1'), writeCli(onPath, server)]);
    expect(await resolve()).toBe(onPath);
  });

  test('one on PATH is found also by a user without a home', async () => {
    delete process.env['XDG_CACHE_HOME'];
    const homeless = jest.spyOn(os, 'homedir').mockImplementation(() => {
      throw new Error('no home');
    });
    await writeCli(onPath, '1.29.1');
    expect(await resolve()).toBe(onPath);
    homeless.mockRestore();
  });

  test.each(['1.28.9', '0.30.0'])(
    'one on PATH with server %s is passed over, and that is said',
    async (server) => {
      await Promise.all([writeCli(onPath, server), writeCli(lab.cached, '1.29.1')]);
      expect(await resolve()).toBe(lab.cached);
      expect(lab.reports).toEqual([
        `Not using ${onPath}: it is not a Temporal CLI with server 1.29 or later.`,
      ]);
    },
  );

  test('something else on PATH that is called temporal is passed over', async () => {
    await Promise.all([writeScript(onPath, 'exit 1'), writeCli(lab.cached, '1.29.1')]);
    expect(await resolve()).toBe(lab.cached);
  });

  test('then the download, once: the next time the cache has it, and the network is not touched', async () => {
    expect(await resolve()).toBe(lab.cached);
    expect(lab.requests()).toBe(1);
    expect(await resolve()).toBe(lab.cached);
    expect(lab.requests()).toBe(1);
  });

  test('two that start at once both get it', async () => {
    expect(await Promise.all([resolve(), resolve()])).toEqual([lab.cached, lab.cached]);
  });

  test('where no host can be reached, Go builds it, without being told', async () => {
    lab.serve((_request, response) => response.destroy());
    await writeScript(path.join(lab.bin, 'go'), 'echo built > "$GOBIN/temporal"');
    expect(await resolve()).toBe(lab.cached);
    expect(await readFile(lab.cached, 'utf8')).toBe('built\n');
    expect(lab.reports).toEqual([
      'Downloading the Temporal CLI 1.5.99 (about 40 MB, once) …',
      expect.stringMatching(/^127\.\S+ cannot be reached, 127\.\S+ cannot be reached$/),
      expect.stringContaining('Building the Temporal CLI 1.5.99 with Go'),
      expect.stringContaining('The Temporal CLI is built'),
    ]);
  });

  test('where there is no Go either, the error says what was tried and what to do', async () => {
    lab.serve((_request, response) => response.destroy());
    await expect(resolve()).rejects.toThrow(
      /^There is no Temporal CLI here \(.+ cannot be reached; Go is not installed\)\. Install Temporal CLI 1\.5\.99 and put it on PATH or into TEMPORAL_CLI_PATH, or set TEMPORAL_ADDRESS/,
    );
  });
});
