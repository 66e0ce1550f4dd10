import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { channelsCommand } from '../../src/cli/channels';
import { EXIT } from '../../src/cli/exit-codes';
import { failureOf } from '../../src/cli/failures';
import { readLine } from '../../src/cli/read-line';
import { readChannelsFile } from '../../src/intake/channels/file';
import type { Explanation } from '../../src/shipment/explanation';
import { SOURCES } from '../../src/sources/registry';
import type { Source } from '../../src/sources/source';
import type { WrongInputError } from '../../src/spoken';
import { ownSource } from '../intake/own-source';

const SECRET = 'the-secret-of-a-carrier';

let folder: string;
let file: string;
let output: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-channels-'));
  file = path.join(folder, 'channels.json');
  output = '';
  process.env.CHANNELS_FILE = file;
  jest.spyOn(console, 'log').mockImplementation((line: string) => (output += `${line}\n`));
});
afterEach(async () => {
  jest.restoreAllMocks();
  delete process.env.CHANNELS_FILE;
  await rm(folder, { recursive: true });
});

/** `waybell channels …` within this process. */
async function run(sources: readonly Source[], ...args: string[]): Promise<void> {
  const channels = channelsCommand(sources);
  for (const command of channels.commands) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  await channels.parseAsync(args, { from: 'user' });
}

describe('waybell channels, with the sources of a shop,', () => {
  const sources = [
    ownSource('signs'),
    ownSource('signs-not', { verify: undefined }),
    ownSource('particular', { secretForm: { pattern: /^key_\d+$/, words: 'key_ followed by digits' } }),
  ];

  test.each([
    [
      'a source that is none',
      ['add', 'nobody'],
      'There is no source nobody. There are: signs, signs-not, particular.',
    ],
    [
      'a channel that is there',
      ['add', 'signs', '--secret', SECRET],
      'There is a channel signs main already. Give this one another --name, or change that one: waybell channels rotate signs main.',
    ],
    [
      'a source that signs, without a secret',
      ['add', 'signs', '--name', 'two'],
      'Carrier signs signs its webhooks: give its secret (--secret-stdin or --secret), or take them without proof (--unsigned).',
    ],
    [
      'a secret, and to go without',
      ['add', 'signs', '--name', 'two', '--unsigned', '--secret', SECRET],
      '--unsigned and a secret contradict each other: leave one of them out.',
    ],
    [
      'an empty secret',
      ['add', 'signs', '--name', 'two', '--secret', ''],
      'The secret is empty: with an empty secret everybody can sign.',
    ],
    [
      'a secret twice',
      ['add', 'signs', '--name', 'two', '--secret', SECRET, '--secret', SECRET],
      'The same secret is given twice.',
    ],
    [
      'a secret where nothing is signed',
      ['add', 'signs-not', '--secret', SECRET],
      'Carrier signs-not signs nothing, so a secret proves nothing: leave it out.',
    ],
    [
      'a secret in another form than the source’s',
      ['add', 'particular', '--secret', SECRET],
      'The secret must be key_ followed by digits.',
    ],
    [
      'to rotate nothing',
      ['rotate', 'signs', 'main'],
      'Nothing to replace: give --secret-stdin or --secret, --new-token, or both; --leaked where the URL is known to others.',
    ],
    [
      'to rotate to the secret that holds',
      ['rotate', 'signs', 'main', '--secret', SECRET],
      'This secret is one of signs main already: nothing would be rotated.',
    ],
    [
      'to rotate a channel that is none',
      ['rotate', 'signs', 'two', '--new-token'],
      'There is no channel signs two. There are: signs main.',
    ],
    [
      'to remove a channel that is none',
      ['remove', 'nobody', 'main'],
      'There is no channel nobody main. There are: signs main.',
    ],
  ])('refuses %s', async (_, args, sentence) => {
    await run(sources, 'add', 'signs', '--secret', SECRET);
    const before = await readFile(file, 'utf8');
    output = '';
    await expect(run(sources, ...args)).rejects.toThrow(new Error(sentence));
    expect(output).toBe('');
    expect(sentence).not.toContain(SECRET);
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  test.each([
    [['add', 'signs', '--zone', 'Asia/Atlantis'], 'It must be an IANA zone, as Asia/Shanghai.'],
    [['add', 'signs', '--tolerance', 'soon'], 'It must be a number of seconds.'],
    [['add', 'signs', '--tolerance', '-1'], 'It must be at least 1 second.'],
    [['add', 'signs', '--name', 'Main Street'], 'It must be 1 to 32 small letters, digits and dashes'],
    [['add', 'signs', '--locker-signed', 'lost'], 'Allowed choices are available_for_pickup, delivered.'],
    [['add', 'signs', '--url', 'hooks.example.com'], 'It must be an http(s) URL.'],
    [['rotate', 'signs', 'main', '--new-token', '--keep-old', 'long'], 'It must be a number of hours.'],
    [['rotate', 'signs', 'main', '--new-token', '--keep-old', ''], 'It must be a number of hours.'],
    [['rotate', 'signs', 'main', '--new-token', '--keep-old', '-1'], 'It must be at least 0 hours.'],
    [['rotate', 'signs', 'main', '--new-token', '--keep-old', '9999'], 'It must be at most 2160 hours.'],
  ])('refuses %j', async (args, sentence) => {
    await expect(run(sources, ...args)).rejects.toThrow(sentence);
    expect(output).toBe('');
    expect(await readdir(folder)).toEqual([]);
  });

  const CHANNELS = '{"version":1,"channels":[]}';

  test.each<[string, string | Buffer]>([
    ['with a byte order mark', `\uFEFF${CHANNELS}`],
    ['with the line ends of Windows', CHANNELS.replace(',', ',\r\n')],
  ])('reads a file %s', async (_, content) => {
    await writeFile(file, content);
    expect(await readChannelsFile(file)).toEqual([]);
  });

  test.each<[string, string | Buffer | null, Explanation]>([
    ['is empty', '', { en: 'it is empty', zh: '它是空的' }],
    ['is white space', '\r\n', { en: 'it is empty', zh: '它是空的' }],
    [
      'is UTF-16',
      Buffer.from(`\uFEFF${CHANNELS}`, 'utf16le'),
      { en: 'it is UTF-16: save it as UTF-8', zh: '另存为 UTF-8' },
    ],
    ['is no text', Buffer.from([0x7b, 0xff, 0x7d]), { en: 'it is not UTF-8', zh: '它不是 UTF-8' }],
    ['is a folder', null, { en: 'it is no file', zh: '它不是文件' }],
    ['is of 100 MB', Buffer.alloc(100 * 1024 * 1024, ' '), { en: 'it is too large', zh: '它太大' }],
  ])('refuses a file that %s, with a sentence and exit code 2', async (_, content, words) => {
    await (content === null ? mkdir(file) : writeFile(file, content));
    for (const args of [['list'], ['add', 'signs', '--secret', SECRET], ['remove', 'signs', 'main']]) {
      const failure: unknown = await run(sources, ...args).catch((error: unknown) => error);
      expect(failureOf(failure)).toEqual({
        exitCode: EXIT.usage,
        words: `${file} is not a file of channels: ${words.en}.`,
      });
      expect((failure as WrongInputError).words.zh).toContain(words.zh);
    }
  });

  test('refuses a file that the system does not give', async () => {
    await writeFile(file, CHANNELS);
    const failure: unknown = await readChannelsFile(path.join(file, 'below')).catch(
      (error: unknown) => error,
    );
    expect(failureOf(failure)).toMatchObject({
      exitCode: EXIT.usage,
      words: expect.stringMatching(/cannot be read: ENOTDIR/),
    });
  });

  test('takes a secret from standard input as editors and shells of Windows write it, and refuses what is none', async () => {
    const line = (bytes: Buffer): Promise<string> =>
      readLine(Readable.from([bytes]) as unknown as NodeJS.ReadStream, '', 16_384);
    expect(await line(Buffer.from(`\uFEFF${SECRET}\r\nmore`))).toBe(SECRET);
    expect(await line(Buffer.alloc(0))).toBe('');
    await expect(line(Buffer.from(`\uFEFF${SECRET}\r\n`, 'utf16le'))).rejects.toThrow('no text in UTF-8');
    expect((await line(Buffer.alloc(1024 * 1024, 'x'))).length).toBeGreaterThan(16_384);
    const folderAsInput = new Readable({ read: () => undefined });
    folderAsInput.destroy(Object.assign(new Error('illegal operation'), { code: 'EISDIR' }));
    const failure: unknown = await readLine(folderAsInput as unknown as NodeJS.ReadStream, '', 10).catch(
      (error: unknown) => error,
    );
    expect(failureOf(failure)).toEqual({
      exitCode: EXIT.usage,
      words: 'Standard input cannot be read (EISDIR).',
    });
  });

  test('takes several secrets at once, and keeps each', async () => {
    await run(sources, 'add', 'particular', '--secret', 'key_1', '--secret', 'key_2');
    const [channel] = await readChannelsFile(file);
    expect(channel?.secrets).toEqual([{ value: 'key_1' }, { value: 'key_2' }]);
    expect(output).not.toContain('key_');
  });

  test('ends at once what is replaced with --keep-old 0, and says so', async () => {
    await run(sources, 'add', 'signs', '--unsigned');
    output = '';
    await run(sources, 'rotate', 'signs', 'main', '--secret', SECRET, '--keep-old', '0');
    expect(output).toContain('Channel signs main has a new secret. What it replaces is void.');
    expect(output).toContain('Every request must be signed with a valid secret.');
    expect(await readChannelsFile(file)).toMatchObject([{ unsigned: false, secrets: [{ value: SECRET }] }]);
  });
});

test('no source takes a secret that is empty, and Standard Webhooks none but its own', async () => {
  for (const { name, verify } of SOURCES) {
    const empty = run(SOURCES, 'add', name, '--secret', '');
    await expect(empty).rejects.toThrow(verify ? 'is empty' : 'signs nothing');
  }
  for (const secret of ['whsec_', 'whsec_c2hvcnQ=', 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3']) {
    await expect(run(SOURCES, 'add', 'standard-webhooks', '--secret', secret)).rejects.toThrow(
      'The secret must be whsec_ followed by at least 24 bytes in base64.',
    );
  }
  await run(SOURCES, 'add', 'standard-webhooks', '--secret', 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3');
  expect(output).toContain('Channel standard-webhooks main is open.');
});
