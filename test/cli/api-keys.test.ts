import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Command } from 'commander';
import jwt from 'jsonwebtoken';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { auditCommand } from '../../src/cli/audit';
import { keysCommand } from '../../src/cli/keys';
import { whyCommand } from '../../src/cli/why';
import { unique, useApiLab, type Api } from '../api/api-lab';
import { use } from '../setup/use';

const FULL = randomBytes(24).toString('hex');
const SECRET = randomBytes(24).toString('hex');
const before = { ...process.env };

let output: string[];
let said: string[];

const lab = useApiLab();
const api: Api = use(() => lab.serve({ DEVICE_REGISTRATION: 'key', API_KEYS: FULL }));

beforeEach(() => {
  Object.assign(process.env, {
    ...{ DATABASE_URL: lab.db.url, CLOUD_FUNC_URL: 'http://127.0.0.1:9/', HOST: '127.0.0.1' },
    ...{ PORT: new URL(api.url).port, API_KEYS: FULL, SUDO_USER: 'ann', SUPABASE_JWT_SECRET: SECRET },
    UNSIGNED_WEBHOOKS: 'allow',
  });
  [output, said] = [[], []];
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => output.push(String(line)));
  jest.spyOn(console, 'error').mockImplementation((line: unknown) => said.push(String(line)));
  jest.spyOn(process.stderr, 'write').mockImplementation((line) => {
    said.push(String(line));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
  process.exitCode = undefined;
});

async function run(command: Command, ...args: string[]): Promise<string> {
  [output, said] = [[], []];
  for (const each of [command, ...command.commands, ...command.commands.flatMap(({ commands }) => commands)])
    each.exitOverride();
  await command.parseAsync(args, { from: 'user' });
  return output.join('\n');
}
const keys = (...args: string[]): Promise<string> => run(keysCommand(), 'api', ...args);
const ask = (key: string, path: string) => api.call('GET', path, { headers: { 'x-api-key': key } });

describe('waybell keys api', () => {
  test('makes a key, shows it once, lists it without it, and ends it for ever', async () => {
    const name = `desk-${unique().toLowerCase()}`;
    const key = await keys('add', name, '--scopes', 'retry, read', '--days', '30');
    expect(key).toMatch(/^wbk_[\w-]{43}$/);
    expect(said.join('\n')).toContain(
      `This is the key ${name}, and it is not shown again. It may: read, retry.`,
    );
    expect((await ask(key, '/api/v1/notifications')).status).toBe(200);
    expect((await ask(key, '/metrics')).json).toMatchObject({ code: 'not-allowed' });

    const listed = await keys('list');
    expect(listed).toMatch(
      new RegExp(`^${name} +read,retry +valid until 20.+ made 20.+ by command:ann$`, 'm'),
    );
    expect(listed).not.toContain(key.slice(8, 20));
    expect(JSON.parse(await keys('list', '--json'))).toContainEqual(
      expect.objectContaining({ name, scopes: ['read', 'retry'], revoked_at: null }),
    );

    expect(await keys('revoke', name)).toBe(
      `The key ${name} is revoked. Within 5 seconds every running API refuses it.`,
    );
    expect(await keys('list')).toMatch(new RegExp(`^${name} .+ revoked 20`, 'm'));
    await expect(keys('revoke', name)).rejects.toThrow(`There is no key ${name} that could be revoked.`);
    await expect(keys('add', name, '--scopes', 'read')).rejects.toThrow('Choose another name.');
  });

  test.each([
    [['add', 'Desk', '--scopes', 'read'], 'may hold a-z, 0-9 and -'],
    [['add', 'full#1', '--scopes', 'read'], 'may hold a-z, 0-9 and -'],
    [['add', 'desk', '--scopes', 'read,everything'], 'Give some of devices, read, retry'],
    [['add', 'desk', '--scopes', ''], 'Give some of devices, read, retry'],
    [['add', 'desk', '--scopes', 'read', '--days', '0'], 'must be at least 0.01'],
    [['add', 'desk'], "required option '--scopes <list>' not specified"],
  ])('refuses %j', async (args, words) => {
    await expect(keys(...args)).rejects.toThrow(words);
  });

  test('that may only read is enough to ask why, though it sees no phones', async () => {
    const key = await keys('add', `reads-${unique().toLowerCase()}`, '--scopes', 'read');
    // One that has asked for no keys yet.
    const fresh = await lab.serve({ DEVICE_REGISTRATION: 'key', API_KEYS: FULL });
    Object.assign(process.env, { PORT: new URL(fresh.url).port, API_KEYS: key });
    expect(await run(whyCommand(), '张三')).toMatch(/^Nothing is known of 张三: /);
    expect(process.exitCode).toBe(4);
  });

  test('is in the audit, with who typed it and how it ended; never with the key', async () => {
    const name = `audited-${unique().toLowerCase()}`;
    const key = await keys('add', name, '--scopes', 'link');
    await keys('revoke', name);
    await expect(keys('revoke', name)).rejects.toThrow();
    const lines = (await run(auditCommand(), '--since', '1h', '--actor', 'command:ann')).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(new RegExp(`^20.+Z {2}command:ann@.+ {2}keys api revoke {2}${name} {2}failed$`)),
      expect.stringMatching(new RegExp(` {2}keys api revoke {2}${name} {2}done$`)),
      expect.stringMatching(new RegExp(` {2}keys api add {2}${name} {2}{"scopes":\\["link"\\]} {2}done$`)),
    ]);
    expect(lines.join()).not.toContain(key.slice(4));
    const json = JSON.parse(await run(auditCommand(), '--limit', '1', '--json')) as { count: number };
    expect(json.count).toBe(1);
    expect(await run(auditCommand(), '--actor', 'nobody')).toBe('Nobody decided anything.');
  });
});

describe('waybell keys verify --token-stdin', () => {
  test.each([
    ['of a person', { role: 'authenticated', aud: 'authenticated' }, /^Taken: this is u-1\.$/m, 0],
    ['of nobody', { role: 'anon', aud: 'authenticated' }, /^Refused .* its role is not authenticated/m, 1],
  ])('says of a token %s what Waybell thinks of it', async (_, claims, words, code) => {
    const token = jwt.sign({ sub: 'u-1', ...claims }, SECRET, { expiresIn: '1h' });
    const stdin = Readable.from([`${token}\n`]) as typeof process.stdin;
    jest.spyOn(process, 'stdin', 'get').mockReturnValue(stdin);
    const text = await run(keysCommand(), 'verify', '--token-stdin');
    expect(text).toMatch(words);
    expect(text).toContain('Looked at with: SUPABASE_JWT_SECRET.');
    expect(text).not.toContain(token.split('.')[2]);
    expect(process.exitCode).toBe(code);
  });
});
