import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { CliRelease } from '../../temporal/cli-release';
import { freePorts } from '../setup/free-port';

/** The version of the release that exists here only. */
export const VERSION = '1.5.99';

/** A cache, a PATH and a download host of its own. */
export interface CliLab {
  readonly folder: string;
  /** The one folder on PATH, beside that of the system's own tools. */
  readonly bin: string;
  /** Where the release of the lab belongs in the cache. */
  readonly cached: string;
  readonly reports: string[];
  readonly report: (line: string) => void;
  /** How often the download host was asked. */
  requests(): number;
  /** A release whose archive this host gives; nobody listens at the first of its addresses. */
  release(change?: Partial<CliRelease>): CliRelease;
  /** From now on the download host answers so. */
  serve(listener: RequestListener): void;
  close(): Promise<void>;
}

/** An executable file. */
export async function writeScript(file: string, script: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

/** A Temporal CLI, as far as its version goes. */
export const writeCli = (file: string, server: string): Promise<void> =>
  writeScript(file, `echo 'temporal version 0.0.0 (Server ${server}, UI 2.0.0)'`);

export async function openCliLab(): Promise<CliLab> {
  const { PATH, XDG_CACHE_HOME } = process.env;
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-cli-'));
  const bin = path.join(folder, 'bin');
  process.env.PATH = `${bin}:/bin`;
  process.env.XDG_CACHE_HOME = path.join(folder, 'cache');

  const archive = await packArchive(folder);
  let requests = 0;
  let listener: RequestListener = (_request, response) => response.end(archive);
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [closed] = await freePorts(1);
  const reports: string[] = [];

  return {
    folder,
    bin,
    cached: path.join(folder, 'cache', 'waybell', `temporal-cli-${VERSION}`, 'temporal'),
    reports,
    report: (line) => reports.push(line),
    requests: () => requests,
    release: (change = {}) => ({
      version: VERSION,
      archiveUrls: (os, arch) => [
        `http://127.0.0.1:${closed}/nobody`,
        `http://127.0.0.1:${port}/${os}/${arch}.tar.gz`,
      ],
      checksums: everywhere(createHash('sha256').update(archive).digest('hex')),
      ...change,
    }),
    serve: (next) => {
      listener = next;
    },
    close: async () => {
      Object.assign(process.env, { PATH, XDG_CACHE_HOME });
      if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
      server.closeAllConnections();
      await once(server.close(), 'close');
      await rm(folder, { recursive: true });
    },
  };
}

/** The same checksum for whatever system the tests run on. */
export function everywhere(checksum: string): Record<string, string> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  return { [`${process.platform}_${arch}`]: checksum };
}

/** What the official archives hold: the executable, and two files that are none. */
async function packArchive(folder: string): Promise<Buffer> {
  const content = path.join(folder, 'content');
  await writeCli(path.join(content, 'temporal'), '1.29.1');
  await chmod(path.join(content, 'temporal'), 0o644);
  await Promise.all(['LICENSE', 'README.md'].map((name) => writeFile(path.join(content, name), name)));
  const file = path.join(folder, 'archive.tar.gz');
  await promisify(execFile)('tar', ['-czf', file, '-C', content, 'LICENSE', 'README.md', 'temporal']);
  return readFile(file);
}
