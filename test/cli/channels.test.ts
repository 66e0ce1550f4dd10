import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openChannels } from '../../src/intake/channels/channels';
import { readChannelsFile } from '../../src/intake/channels/file';
import { PROJECT_ROOT } from '../../src/project-root';

const SECRET = 'the-secret-of-easypost';
const HOUR_MS = 60 * 60_000;
/** No database is there, and none is needed. */
const NOT_AUDITED = expect.stringMatching(/^This is not in the audit, .*\n$/);

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-channels-'));
  file = path.join(folder, 'channels.json');
});
afterEach(() => rm(folder, { recursive: true }));

/** `waybell channels …` as a user runs it, in a process of its own. */
async function waybell(
  args: readonly string[],
  input = '',
): Promise<{ code: number | null; output: string; problem: string }> {
  const main = path.join(PROJECT_ROOT, 'dist/src/cli/main.js');
  const child = spawn(process.execPath, [main, 'channels', ...args], {
    env: { PATH: process.env.PATH, DATA_DIR: folder, PORT: '7777', DATABASE_URL: 'postgresql://shop/shop' },
  });
  // Who asks for no secret may have ended before it is written.
  child.stdin.on('error', () => undefined).end(input);
  const [output, problem] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, output, problem };
}

const tokenOf = (output: string): string => /\/webhooks\/[\w-]+\/([\w-]+)/.exec(output)?.[1] ?? '';
const lastLines = (output: string, count: number): string[] => output.trimEnd().split('\n').slice(-count);

describe('waybell channels', () => {
  test('opens, lists, rotates and removes a channel, and shows its URL once', async () => {
    const added = await waybell(
      ['add', 'easypost', '--secret-stdin', '--url', 'https://hooks.example.com/'],
      `${SECRET}\r\nmore`,
    );
    expect(added).toMatchObject({ code: 0, problem: NOT_AUDITED });
    const token = tokenOf(added.output);
    expect(added.output).toContain(`\n  https://hooks.example.com/webhooks/easypost/${token}\n`);
    expect(added.output).toContain('it is not shown again');
    expect(added.output).toContain('At EasyPost: enter the URL as the one to push to, and the same secret.');
    expect(added.output).not.toContain(SECRET);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain(token);

    const listed = await waybell(['list']);
    expect(listed.output).toMatch(
      /^source {4}name {2}secrets {2}URLs {2}created\neasypost {2}main {2}1 {8}1 {5}\d{4}-\d\d-\d\d \d\d:\d\d\n$/,
    );

    const rotated = await waybell(
      ['rotate', 'easypost', 'main', '--new-token', '--secret-stdin', '--keep-old', '24'],
      'the-next-secret',
    );
    expect(rotated).toMatchObject({ code: 0, problem: NOT_AUDITED });
    const nextToken = tokenOf(rotated.output);
    expect(nextToken).not.toBe(token);
    expect(rotated.output).toMatch(
      /^Channel easypost main has a new URL and secret\. What it replaces stays valid until \d{4}-/,
    );
    expect(rotated.output).toContain('At EasyPost: enter the new URL and secret before then.');
    expect((await waybell(['list'])).output).toMatch(/ 1, 1 until \S+ \S+ {2}1, 1 until /);

    const now = Date.now();
    for (const [hours, found, secrets] of [
      [23, [true, true], [SECRET, 'the-next-secret']],
      [25, [false, true], ['the-next-secret']],
    ] as const) {
      const clock = (): number => now + hours * HOUR_MS;
      const channels = openChannels(file, fail, clock);
      const both = await Promise.all([token, nextToken].map((one) => channels.find('easypost', one)));
      expect(both.map((channel) => channel !== undefined)).toEqual(found);
      expect(both[1]?.secretsAt(clock())).toEqual(secrets);
    }

    const removed = await waybell(['remove', 'easypost', 'main']);
    expect(removed).toMatchObject({ code: 0, problem: NOT_AUDITED });
    expect(removed.output).toMatch(/^Channel easypost main is removed, with its URL and its secrets\./);
    expect((await waybell(['list'])).output).toContain('Open one: waybell channels add <source>');
  });

  test('with --leaked ends the old URL at once, and says what is refused until the sender has the new one', async () => {
    const added = await waybell(['add', 'easypost', '--secret', SECRET]);
    await waybell(['rotate', 'easypost', 'main', '--new-token']);
    const { code, output } = await waybell(['rotate', 'easypost', 'main', '--leaked']);
    expect(code).toBe(0);
    expect(output).toMatch(/^Channel easypost main has a new URL\. What it replaces is void\.\n/);
    expect(output).toContain('At EasyPost: enter the new URL now.');
    expect(output).toContain('Until then every webhook of EasyPost is refused with 401, genuine ones too');
    expect(output).toContain('Its secrets stay valid: where one is known to others too');

    // Also the URL that an earlier rotation has left valid for 72 h.
    const channels = openChannels(file, fail);
    expect(await channels.find('easypost', tokenOf(added.output))).toBeUndefined();
    expect((await channels.find('easypost', tokenOf(output)))?.secretsAt(Date.now())).toEqual([SECRET]);
    expect((await readChannelsFile(file))[0]?.tokens).toHaveLength(1);
  });

  test('with --leaked and a secret ends the old secret at once, too', async () => {
    await waybell(['add', 'easypost', '--secret', SECRET]);
    const { output } = await waybell(
      ['rotate', 'easypost', 'main', '--leaked', '--secret-stdin'],
      'the-next-secret',
    );
    expect(output).toMatch(/^Channel easypost main has a new URL and secret\. What it replaces is void\.\n/);
    expect(output).not.toContain('Its secrets stay valid');
    const [channel] = await readChannelsFile(file);
    expect(channel?.secrets).toEqual([{ value: 'the-next-secret' }]);
    expect(channel?.tokens).toHaveLength(1);
  });

  test('refuses --leaked together with --keep-old', async () => {
    await waybell(['add', 'sf']);
    const before = await readFile(file, 'utf8');
    const { code, problem } = await waybell(['rotate', 'sf', 'main', '--leaked', '--keep-old', '24']);
    expect(code).not.toBe(0);
    expect(problem).toContain('--leaked');
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  test('says that an address of this machine is none for a carrier', async () => {
    const { output } = await waybell(['add', 'sf']);
    expect(output).toContain('\n  http://127.0.0.1:7777/webhooks/sf/');
    expect(output).toContain('127.0.0.1 is this machine: put your public address in its place');
    expect(output).toMatch(/^Channel sf main is open, unsigned: the URL alone proves the sender\./);
  });

  test('lists for programs, and keeps what the shop decides', async () => {
    await waybell(['add', '17track', '--name', 'eu', '--secret', SECRET, '--tolerance', '60']);
    await waybell(['add', 'zto', '--unsigned', '--zone', 'Asia/Shanghai', '--locker-signed', 'delivered']);
    const { output } = await waybell(['list', '--json']);
    expect(JSON.parse(output)).toEqual([
      {
        source: '17track',
        name: 'eu',
        created: expect.any(String),
        unsigned: false,
        toleranceSeconds: 60,
        lockerSigned: 'available_for_pickup',
        secrets: [{}],
        tokens: [{}],
      },
      {
        source: 'zto',
        name: 'main',
        created: expect.any(String),
        unsigned: true,
        toleranceSeconds: 300,
        zone: 'Asia/Shanghai',
        lockerSigned: 'delivered',
        secrets: [],
        tokens: [{}],
      },
    ]);
  });

  test('loses nothing when many commands write at once', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `shop-${index}`);
    const ended = await Promise.all(names.map((name) => waybell(['add', 'sf', '--name', name])));
    expect(ended).toEqual(names.map(() => expect.objectContaining({ code: 0, problem: NOT_AUDITED })));
    const kept = await readChannelsFile(file);
    expect(kept.map(({ name }) => name).sort()).toEqual(names);
    expect(await readdir(folder)).toEqual(['channels.json']);
  });

  test('refuses to change a file that it does not understand, in one sentence', async () => {
    await writeFile(file, `{"version": 1, "secret": "${SECRET}"`);
    const { code, problem } = await waybell(['add', 'sf']);
    expect(code).toBe(2);
    expect(lastLines(problem, 9)).toEqual([
      expect.stringContaining('is not a file of channels: it is not JSON'),
    ]);
    expect(problem).not.toContain(SECRET);
  });
});

function fail(problem: string): void {
  throw new Error(problem);
}
