import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { channelsCommand } from '../../src/cli/channels';
import { readChannelsFile } from '../../src/intake/channels/file';
import { SOURCES } from '../../src/sources/registry';
import type { Source } from '../../src/sources/source';
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
