import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/schema/migrate';
import { eventually, isRunning } from '../setup/processes';
import { runByNpm, runProduct } from './product';
import { useShop } from './shop';

/** A process that npm runs looks twice a second whether npm is still there. */
const SEVERAL_LOOKS_MS = 2_000;

describe('waybell run by npm', () => {
  const shop = useShop();
  let pidFile: string;

  beforeAll(async () => {
    await migrate(shop.db.url, () => undefined);
    pidFile = path.join(shop.settings.DATA_DIR, 'waybell.pid');
  });
  afterEach(() => runProduct(['stop'], shop.settings).exitCode);

  const pid = async (): Promise<number> => Number.parseInt(await readFile(pidFile, 'utf8'));

  test('stops, and well, when npm gets a SIGTERM, which npm does not pass on', async () => {
    const npm = await runByNpm([], shop.settings);
    await npm.ready();
    const waybell = await pid();
    await npm.end('SIGTERM');
    await eventually(() => !isRunning(waybell));
    expect(npm.output()).toContain('"Stopped."');
    await expect(access(pidFile)).rejects.toThrow('ENOENT');
  });

  test('stays in the background when npm has ended', async () => {
    const npm = await runByNpm(['--detach'], shop.settings);
    expect(await npm.exitCode).toBe(0);
    expect(npm.output()).toContain('Waybell is ready.');
    await sleep(SEVERAL_LOOKS_MS);
    expect(isRunning(await pid())).toBe(true);
    expect(await runProduct(['status'], shop.settings).exitCode).toBe(0);
    expect(await runProduct(['stop'], shop.settings).exitCode).toBe(0);
  });
});
