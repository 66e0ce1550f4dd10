import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/config';
import { withDemoVapidKey } from '../../src/embedded/demo-vapid';
import { createProviders } from '../../src/push/registry';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-vapid-'));
});
afterEach(() => rm(folder, { recursive: true }));

const keyFor = async (settings: Record<string, string>): Promise<string | undefined> =>
  (await withDemoVapidKey(loadConfig({ DATA_DIR: path.join(folder, 'data'), ...settings }))).push
    .VAPID_PRIVATE_KEY;

test('the demo page gets a key of its own, made once and readable by nobody else', async () => {
  const [first, second] = await Promise.all([keyFor({}), keyFor({})]);
  expect(first).toMatch(/^[\w-]{43}$/);
  expect(second).toBe(first);
  expect(await keyFor({})).toBe(first);
  expect((await stat(path.join(folder, 'data/demo-vapid-key'))).mode & 0o777).toBe(0o600);
});

test('with it Web Push is switched on', async () => {
  const { push } = await withDemoVapidKey(loadConfig({ DATA_DIR: folder }));
  const providers = createProviders(push);
  expect([...providers.keys()]).toEqual(['webpush']);
  await providers.get('webpush')?.close?.();
});

test('a key that is set stays, and a shop that has no demo page gets none', async () => {
  const own = Buffer.alloc(32, 7).toString('base64url');
  expect(await keyFor({ VAPID_PRIVATE_KEY: own, VAPID_SUBJECT: 'mailto:a@b.example' })).toBe(own);
  expect(await keyFor({ CLOUD_FUNC_URL: 'https://function.example/push' })).toBeUndefined();
});
