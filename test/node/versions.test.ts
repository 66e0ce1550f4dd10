import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { DEMO_PHONES } from '../../src/embedded/demo-phones';
import { PROJECT_ROOT } from '../../src/project-root';
import { startCloudFunction, type FakeCloudFunction } from '../setup/cloud-function';
import { eventually } from '../setup/processes';
import { ownSettings, requireClosedLedger, runProduct, type Product, type Settings } from '../start/product';

// Read and not imported: the compiler would put a second one beside what it makes, and a root is known by it.
const { engines } = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
  engines: { node: string };
};

/** The oldest that package.json allows, and those that are maintained longest; each as the npm package `node`. */
const VERSIONS = ['20.19.0', '22.23.3', '24.21.0'];
/** A download of 60 MB, and a start on a busy machine. */
const SLOW_MS = 600_000;

test('the first of them is the oldest that is allowed', () => {
  expect(`>=${VERSIONS[0]}`).toBe(`${engines.node}.0`);
});

describe.each(VERSIONS)('with Node.js %s', (version) => {
  let node: string;
  let cloud: FakeCloudFunction;
  let settings: Settings;
  let product: Product | undefined;

  beforeAll(async () => {
    const options = ['exec', '--yes', `--package=node@${version}`, '--', 'node', '-p', 'process.execPath'];
    const { stdout } = await promisify(execFile)('npm', options, { cwd: tmpdir() });
    node = stdout.trim();
    cloud = await startCloudFunction();
    settings = { ...(await ownSettings()), CLOUD_FUNC_URL: cloud.url };
  }, SLOW_MS);
  afterEach(() => product?.end('SIGKILL'));
  afterAll(async () => {
    await cloud.close();
    await rm(settings.DATA_DIR, { recursive: true, force: true });
  });

  test(
    'it starts, takes a webhook, pushes to every phone once, and stops',
    async () => {
      expect((await promisify(execFile)(node, ['--version'])).stdout).toBe(`v${version}\n`);
      product = runProduct(['start'], settings, { node });
      await product.ready();
      const sent = runProduct(['send', '--status', 'delivered'], settings, { node });
      expect([await sent.exitCode, sent.output()]).toEqual([
        0,
        expect.stringContaining('answer     accepted'),
      ]);
      await eventually(() => DEMO_PHONES.every(({ cid }) => cloud.countFor(cid) > 0));
      await requireClosedLedger(settings);
      expect(await product.end('SIGTERM')).toBe(0);
      expect(DEMO_PHONES.map(({ cid }) => cloud.countFor(cid))).toEqual(DEMO_PHONES.map(() => 1));
    },
    SLOW_MS,
  );
});
