import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CLI_FILE_NAME, CLI_VERSION, resolveTemporalCli } from '../../temporal/cli-binary';

describe('where the Temporal CLI comes from', () => {
  const { PATH, XDG_CACHE_HOME } = process.env;
  let folder: string;
  let onPath: string;
  let cached: string;
  const report: string[] = [];
  const resolve = (cliPath?: string): Promise<string> =>
    resolveTemporalCli({ cliPath, report: (line) => report.push(line) });

  async function install(file: string, server: string): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `#!/bin/sh\necho 'temporal version 0.0.0 (Server ${server}, UI 2.0.0)'\n`);
    await chmod(file, 0o755);
  }

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybell-cli-'));
    onPath = path.join(folder, 'bin', CLI_FILE_NAME);
    cached = path.join(folder, 'waybell', `temporal-cli-${CLI_VERSION}`, CLI_FILE_NAME);
    process.env.PATH = `${path.dirname(onPath)}:/bin`;
    process.env.XDG_CACHE_HOME = folder;
    report.length = 0;
  });
  afterEach(async () => {
    Object.assign(process.env, { PATH, XDG_CACHE_HOME });
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    await rm(folder, { recursive: true });
  });

  test('TEMPORAL_CLI_PATH first, whatever else there is', async () => {
    const given = path.join(folder, 'given');
    await Promise.all([install(given, '1.20.0'), install(onPath, '1.29.1'), install(cached, '1.29.1')]);
    expect(await resolve(given)).toBe(given);
  });

  test('a TEMPORAL_CLI_PATH that is no executable is an error, not a reason to look elsewhere', async () => {
    await install(onPath, '1.29.1');
    await expect(resolve(path.join(folder, 'nothing'))).rejects.toThrow('TEMPORAL_CLI_PATH');
  });

  test('then PATH, then the cache', async () => {
    await install(cached, '1.29.1');
    expect(await resolve()).toBe(cached);
    await install(onPath, '1.29.1');
    expect(await resolve()).toBe(onPath);
  });

  test('one on PATH that is too old is passed over, and that is said', async () => {
    await Promise.all([install(onPath, '1.24.2'), install(cached, '1.29.1')]);
    expect(await resolve()).toBe(cached);
    expect(report).toEqual([`Not using ${onPath}: it is not a Temporal CLI with server 1.29 or later.`]);
  });
});
