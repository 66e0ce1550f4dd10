import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { changeChannelsFile, readChannelsFile } from '../../../src/intake/channels/file';
import { storedChannel } from '../own-channel';

/** Stands wherever a value can stand: no sentence may show it. */
const VALUE = 'whsec-do-not-show';
const hash = 'ab'.repeat(32);

describe('the file of channels', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybell-channels-'));
    file = path.join(folder, 'deep', 'channels.json');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true });
  });

  test('is missing without harm', async () => {
    expect(await readChannelsFile(file)).toEqual([]);
  });

  test('is for its owner only, also when somebody had opened it to others', async () => {
    for (let change = 1; change <= 2; change += 1) {
      await changeChannelsFile(file, () => [storedChannel()]);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      await chmod(file, 0o644);
    }
    expect(await readdir(path.dirname(file))).toEqual(['channels.json']);
    expect(await readChannelsFile(file)).toEqual([storedChannel()]);
  });

  test('stays with its owner when root changes it', async () => {
    await changeChannelsFile(file, () => []);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(file, 4711, 4711);
    await changeChannelsFile(file, () => [storedChannel()]);
    expect((await stat(file)).uid).toBe(isRoot ? 4711 : process.getuid?.());
  });

  test('is as it was after a change that fails, and free for the next', async () => {
    await changeChannelsFile(file, () => [storedChannel()]);
    const before = await readFile(file, 'utf8');
    const twice = changeChannelsFile(file, (channels) => [...channels, ...channels]);
    await expect(twice).rejects.toThrow('This cannot be kept: channels name the same channel twice');
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(await readdir(path.dirname(file))).toEqual(['channels.json']);
  });

  test('is not changed on top of what cannot be read', async () => {
    await changeChannelsFile(file, () => []);
    await writeFile(file, '{');
    await expect(changeChannelsFile(file, () => [])).rejects.toThrow('it is not JSON');
    expect(await readFile(file, 'utf8')).toBe('{');
  });

  test('names the lock of a command that was killed, and how to go on', async () => {
    await changeChannelsFile(file, () => []);
    await writeFile(`${file}.lock`, '');
    let sinceBoot = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (sinceBoot += 4_000));
    await expect(changeChannelsFile(file, () => [])).rejects.toThrow(
      `${file}.lock exists: another command changes the channels, or was killed while it did. If none runs, delete that file.`,
    );
    expect(await readdir(path.dirname(file))).toContain('channels.json.lock');
  });

  test('may be written by hand with less', async () => {
    await changeChannelsFile(file, () => []);
    const { source, name, created, tokens, secrets } = storedChannel();
    const byHand = { source, name, created, tokens, secrets };
    await writeFile(file, JSON.stringify({ version: 1, channels: [byHand] }));
    expect(await readChannelsFile(file)).toEqual([storedChannel()]);
  });

  const channel = storedChannel();
  test.each<[string, unknown, string]>([
    ['something else', [VALUE], 'expected object'],
    ['another version', { version: 2, channels: [] }, 'version must be 1'],
    ['a field mistyped', { ...channel, secrets: [{ value: VALUE, expireAt: VALUE }] }, '"expireAt"'],
    ['a time that is none', { ...channel, secrets: [{ value: VALUE, expiresAt: VALUE }] }, 'ISO 8601'],
    ['an empty secret', { ...channel, secrets: [{ value: '' }] }, 'secrets.0 is empty'],
    ['a secret copied with a space', { ...channel, secrets: [{ value: `${VALUE} ` }] }, 'white space'],
    ['a secret of two lines', { ...channel, secrets: [{ value: `${VALUE}\n2` }] }, 'control characters'],
    ['a secret too long', { ...channel, secrets: [{ value: VALUE.repeat(100) }] }, 'longer than 512'],
    ['a secret that is a number', { ...channel, secrets: [{ value: 4711 }] }, 'expected string'],
    ['no secret and no word about it', { ...channel, secrets: [] }, 'either secrets or "unsigned": true'],
    ['a secret, and unsigned', { ...channel, unsigned: true }, 'either secrets or "unsigned": true'],
    ['no token', { ...channel, tokens: [] }, 'channels.0.tokens'],
    ['a token as it is', { ...channel, tokens: [{ sha256: VALUE }] }, 'must be a SHA-256 in hex'],
    ['a token twice', { ...channel, tokens: [{ sha256: hash }, { sha256: hash }] }, 'the same token twice'],
    ['a zone that is none', { ...channel, zone: 'Asia/Atlantis' }, 'channels.0.zone must be an IANA zone'],
    ['an offset as a zone', { ...channel, zone: '+08:00' }, 'channels.0.zone must be an IANA zone'],
    ['a tolerance of years', { ...channel, toleranceSeconds: 1e8 }, 'at most a day'],
    ['no tolerance', { ...channel, toleranceSeconds: 0 }, 'at least 1 second'],
    ['another word for the locker', { ...channel, lockerSigned: VALUE }, 'channels.0.lockerSigned'],
    ['a name that a URL or a log would not like', { ...channel, name: `${VALUE}/..` }, 'channels.0.name'],
  ])('says of %s what is wrong, without any value', async (_, content, problem) => {
    await changeChannelsFile(file, () => []);
    const whole = Array.isArray(content) || 'version' in (content as object);
    await writeFile(file, JSON.stringify(whole ? content : { version: 1, channels: [content] }));
    const { message } = await readChannelsFile(file).then(
      () => new Error('it was read'),
      (error: Error) => error,
    );
    expect(message).toContain(`${file} is not a file of channels: `);
    expect(message).toContain(problem);
    expect(message).not.toContain(VALUE);
  });
});
