import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openChannels, tokenSha256, type Channels } from '../../../src/intake/channels/channels';
import { changeChannelsFile, type StoredChannel } from '../../../src/intake/channels/file';
import { SECRET, storedChannel, TOKEN } from '../own-channel';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const HOUR_MS = 60 * 60_000;
const inHours = (hours: number): string => new Date(NOW + hours * HOUR_MS).toISOString();

describe('the channels of a running process', () => {
  let folder: string;
  let file: string;
  let now: number;
  let sinceBoot: number;
  let reports: string[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybell-channels-'));
    file = path.join(folder, 'channels.json');
    now = NOW;
    sinceBoot = 0;
    reports = [];
    jest.spyOn(performance, 'now').mockImplementation(() => sinceBoot);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  const keep = (...channels: StoredChannel[]): Promise<void> => changeChannelsFile(file, () => channels);
  const open = (): Channels =>
    openChannels(
      file,
      (problem) => reports.push(problem),
      () => now,
    );
  const aSecondLater = (): void => void (sinceBoot += 1_000);

  test('are found by the token of their URL, and by their name', async () => {
    await keep(storedChannel({ zone: 'Europe/Berlin', lockerSigned: 'delivered', toleranceSeconds: 60 }));
    const channels = open();
    const found = await channels.find('easypost', TOKEN);
    expect(found).toMatchObject({
      source: 'easypost',
      name: 'main',
      unsigned: false,
      toleranceSeconds: 60,
      zone: 'Europe/Berlin',
      lockerSigned: 'delivered',
    });
    expect(found?.secretsAt(now)).toEqual([SECRET]);
    expect(await channels.findByName('easypost', 'main')).toBe(found);
    expect(await channels.findByName('easypost', 'second')).toBeUndefined();
  });

  test('are not found by another token, by the hash of theirs, or as another source', async () => {
    await keep(storedChannel());
    const channels = open();
    expect(await channels.find('easypost', 'another-token')).toBeUndefined();
    expect(await channels.find('easypost', tokenSha256(TOKEN))).toBeUndefined();
    expect(await channels.find('easypost', '')).toBeUndefined();
    expect(await channels.find('shippo', TOKEN)).toBeUndefined();
  });

  test('show no secret and no hash when they are printed', async () => {
    await keep(storedChannel());
    const found = await open().find('easypost', TOKEN);
    expect(JSON.stringify(found)).toBe(
      '{"source":"easypost","name":"main","unsigned":false,"toleranceSeconds":300,"lockerSigned":"available_for_pickup"}',
    );
  });

  test('take each secret and each token until it expires', async () => {
    await keep(
      storedChannel({
        secrets: [{ value: 'old', expiresAt: inHours(1) }, { value: 'new' }],
        tokens: [
          { sha256: tokenSha256('old-token'), expiresAt: inHours(2) },
          { sha256: tokenSha256('new-token') },
        ],
      }),
    );
    const channels = open();
    const found = await channels.find('easypost', 'old-token');
    expect(found?.secretsAt(NOW + HOUR_MS - 1)).toEqual(['old', 'new']);
    expect(found?.secretsAt(NOW + HOUR_MS)).toEqual(['new']);

    now = NOW + 2 * HOUR_MS - 1;
    expect(await channels.find('easypost', 'old-token')).toBe(found);
    now = NOW + 2 * HOUR_MS;
    expect(await channels.find('easypost', 'old-token')).toBeUndefined();
    expect(await channels.find('easypost', 'new-token')).toBe(found);
  });

  test('follow the file while they are used, looking at it once a second', async () => {
    const channels = open();
    expect(await channels.find('easypost', TOKEN)).toBeUndefined();
    expect(reports).toEqual([]);

    await keep(storedChannel());
    sinceBoot += 999;
    expect(await channels.find('easypost', TOKEN)).toBeUndefined();
    sinceBoot += 1;
    expect(await channels.find('easypost', TOKEN)).toBeDefined();

    await keep();
    aSecondLater();
    const asked = [1, 2, 3].map(() => channels.find('easypost', TOKEN));
    expect(await Promise.all(asked)).toEqual([undefined, undefined, undefined]);
  });

  test('are kept as they were, and reported once, while the file is broken', async () => {
    await keep(storedChannel());
    const channels = open();
    await channels.find('easypost', TOKEN);

    await writeFile(file, `{"version": 1, "channels": [{"secrets": [{"value": "${SECRET}`);
    for (let look = 1; look <= 3; look += 1) {
      aSecondLater();
      expect((await channels.find('easypost', TOKEN))?.secretsAt(now)).toEqual([SECRET]);
    }
    expect(reports).toEqual([
      expect.stringMatching(
        /^\S+channels\.json is not a file of channels: it is not JSON.*\. The channels stay/,
      ),
    ]);
    expect(reports.join()).not.toContain('a-secret');

    await keepOver(storedChannel({ secrets: [{ value: 'a-better-one' }] }));
    aSecondLater();
    expect((await channels.find('easypost', TOKEN))?.secretsAt(now)).toEqual(['a-better-one']);
    await writeFile(file, '{');
    aSecondLater();
    await channels.find('easypost', TOKEN);
    expect(reports).toHaveLength(2);
  });

  test('are reported at the start when the file is broken then, and there are none', async () => {
    await writeFile(file, '[]');
    const channels = open();
    expect(await channels.find('easypost', TOKEN)).toBeUndefined();
    expect(reports).toHaveLength(1);
  });

  test('are none any more when the file goes, which is reported', async () => {
    await keep(storedChannel());
    const channels = open();
    await channels.find('easypost', TOKEN);
    await rm(file);
    for (let look = 1; look <= 2; look += 1) {
      aSecondLater();
      expect(await channels.find('easypost', TOKEN)).toBeUndefined();
    }
    expect(reports).toEqual([`${file} is gone: there are no channels any more.`]);
  });

  async function keepOver(channel: StoredChannel): Promise<void> {
    await rm(file);
    await keep(channel);
  }
});
