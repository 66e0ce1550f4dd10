import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { sign } from 'jsonwebtoken';
import { keysCommand } from '../../src/cli/keys';
import { readSecretLine } from '../../src/cli/read-line';
import { use } from '../setup/use';

const SECRET = 'a-secret-of-a-supabase-project-0123456789';
const keyFor = (role: string, more: object = {}): string =>
  sign({ role, ...more }, SECRET, { noTimestamp: true });
const ANON = keyFor('anon');
const SERVICE = keyFor('service_role');

interface Shown {
  readonly apikey: string | undefined;
  readonly bearer: string | undefined;
}
interface Answer {
  readonly status?: number;
  readonly json?: unknown;
  readonly html?: string;
  readonly location?: string;
}

/** As PostgREST writes its refusals: https://docs.postgrest.org/en/stable/references/errors.html */
const refused = (status: number, code: string, message: string): Answer => ({
  status,
  json: { code, details: null, hint: null, message },
});
const NOT_DECODED = refused(401, 'PGRST301', 'JWSError JWSInvalidSignature');
const HIDDEN: Answer = { json: [] };
const ROWS: Answer = { json: [{ id: 'ORDER_20260206_0007' }] };
const KONG_NO_KEY: Answer = { status: 401, json: { message: 'No API key found in request' } };
const KONG_WRONG_KEY: Answer = { status: 401, json: { message: 'Invalid authentication credentials' } };

let answer: (shown: Shown, path: string) => Answer;
const asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[] = [];

const gateway = use(async () => {
  const server: Server = createServer((request, response) => {
    const { headers, url = '' } = request;
    asked.push({ path: url, headers });
    const apikey = headers['apikey'] as string | undefined;
    const { status = 200, json, html, location } = answer({ apikey, bearer: headers.authorization }, url);
    response.writeHead(status, {
      'content-type': html === undefined ? 'application/json; charset=utf-8' : 'text/html',
      ...(json !== undefined &&
        Array.isArray(json) && { 'content-range': json.length === 0 ? '*/*' : '0-0/*' }),
      ...(location !== undefined && { location }),
    });
    response.end(html ?? JSON.stringify(json ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
});

/** A gateway as the seed's: it asks for a known key, and passes Authorization on. */
const behindKong =
  (postgrest: (role: string | undefined) => Answer, bearer = postgrest) =>
  ({ apikey, bearer: shown }: Shown): Answer => {
    if (apikey === undefined) return KONG_NO_KEY;
    if (![ANON, SERVICE].includes(apikey)) return KONG_WRONG_KEY;
    return shown === undefined ? postgrest(undefined) : bearer(apikey === SERVICE ? 'service_role' : 'anon');
  };

const BEFORE = { ...process.env };
beforeEach(() => {
  asked.length = 0;
  Object.assign(process.env, { ANON_KEY: ANON, SERVICE_ROLE_KEY: SERVICE, SUPA_KEY: '', PGRST_JWT_AUD: '' });
});
afterEach(() => {
  process.env = { ...BEFORE };
  process.exitCode = undefined;
  jest.restoreAllMocks();
});

interface Way {
  readonly key: string | null;
  readonly way: string;
  readonly level: string;
  readonly finding: string;
  readonly code: string | null;
  readonly message: string;
  readonly fix: string | null;
}

async function run(...args: string[]): Promise<{ out: string; code: unknown }> {
  const said: string[] = [];
  const say = (text: unknown): void => void said.push(String(text));
  jest.spyOn(console, 'log').mockImplementation(say);
  jest.spyOn(console, 'error').mockImplementation(say);
  process.exitCode = undefined;
  const keys = keysCommand();
  for (const command of keys.commands) command.exitOverride().configureOutput({ writeErr: say });
  await keys.parseAsync(args, { from: 'user' });
  const out = said.join('\n');
  for (const secret of [ANON, SERVICE, SECRET]) expect(out).not.toContain(secret.slice(-16));
  return { out, code: process.exitCode };
}

async function probe(
  ...args: string[]
): Promise<{ code: unknown; of: (key: string | null, way: string) => Way }> {
  const { out, code } = await run('probe', gateway.url, '--json', ...args);
  const { ways } = JSON.parse(out) as { ways: Way[] };
  return {
    code,
    of(key, way) {
      const found = ways.find((one) => one.key === key && one.way === way);
      if (!found) throw new Error(`nothing was asked for ${key} ${way}`);
      return found;
    },
  };
}

describe('keys probe', () => {
  test('tells the trouble of the old system: apikey alone sees nothing, and Bearer is not decoded', async () => {
    answer = behindKong(
      () => HIDDEN,
      () => NOT_DECODED,
    );
    const { of, code } = await probe();
    expect(code).toBe(1);
    expect(of(null, 'none')).toMatchObject({ level: 'ok', finding: 'gateway-refuses' });
    expect(of('SERVICE_ROLE_KEY', 'apikey')).toMatchObject({ level: 'warning', finding: 'empty' });
    expect(of('SERVICE_ROLE_KEY', 'apikey').message).toContain('asked as anon');
    const bearer = of('SERVICE_ROLE_KEY', 'bearer');
    expect(bearer).toMatchObject({ level: 'problem', finding: 'token-refused', code: 'PGRST301' });
    expect(bearer.fix).toContain('waybell keys verify');
    expect(asked.map(({ path }) => path)).toEqual(
      Array.from({ length: 5 }, () => '/rest/v1/ml_orders?select=id&limit=1'),
    );
  });

  test('says for certain that rows are hidden where another way sees them', async () => {
    answer = behindKong(
      () => HIDDEN,
      (role) => (role === 'service_role' ? ROWS : HIDDEN),
    );
    const { of, code } = await probe();
    expect(code).not.toBe(1);
    expect(of('SERVICE_ROLE_KEY', 'apikey').message).toContain('row-level security hides the rows');
    expect(of('SERVICE_ROLE_KEY', 'bearer')).toMatchObject({ level: 'ok', finding: 'rows' });
    expect(of('ANON_KEY', 'bearer')).toMatchObject({ level: 'ok', finding: 'empty' });
  });

  test('warns where the key of every app, or no key at all, reads the orders', async () => {
    answer = () => ROWS;
    const { of, code } = await probe();
    expect(code).toBe(1);
    expect(of(null, 'none')).toMatchObject({ level: 'problem', finding: 'rows' });
    expect(of('ANON_KEY', 'apikey').message).toContain('the public key reads rows');
    expect(of('SERVICE_ROLE_KEY', 'apikey').level).toBe('ok');
  });

  const SERVER = (finding: Answer) => () => finding;
  test.each<[string, Answer, string, RegExp]>([
    [
      'its database away',
      refused(503, 'PGRST002', 'Could not query the database'),
      'database-away',
      /Neither the key/,
    ],
    [
      'no place in its pool',
      refused(504, 'PGRST003', 'Timed out acquiring connection'),
      'database-away',
      /PostgreSQL/,
    ],
    [
      'no anonymous role',
      refused(401, 'PGRST302', 'Anonymous access is disabled'),
      'no-anonymous',
      /Authorization/,
    ],
    ['no secret', refused(500, 'PGRST300', 'Server lacks JWT secret'), 'no-secret', /PGRST_JWT_SECRET/],
    ['no such table', refused(404, 'PGRST205', 'Could not find the table'), 'table-unknown', /reload schema/],
    [
      'no such table, as before 12',
      refused(404, '42P01', 'relation does not exist'),
      'table-unknown',
      /--table/,
    ],
    [
      'another schema',
      refused(406, 'PGRST106', 'The schema must be one of'),
      'schema-hidden',
      /PGRST_DB_SCHEMAS/,
    ],
    [
      'a role without rights',
      refused(403, '42501', 'permission denied'),
      'denied',
      /grant select on ml_orders/,
    ],
    ['no such role', refused(400, '22023', 'role "x" does not exist'), 'role-unknown', /create role/],
    [
      'a gateway alone',
      { status: 503, json: { message: 'name resolution failed' } },
      'gateway-alone',
      /rest runs/,
    ],
    ['a gateway that knows no such key', KONG_WRONG_KEY, 'gateway-refuses', /restart kong/],
    ['a web page', { html: '<!doctype html><title>Studio</title>' }, 'web-page', /Project URL/],
    [
      'another program',
      { status: 404, json: { message: 'no Route matched' } },
      'no-postgrest',
      /Compare the URL/,
    ],
    ['what is too long', { json: [{ id: 'x'.repeat(200_000) }] }, 'no-postgrest', /Compare the URL/],
  ])('names %s, and the next step', async (_, given, finding, fix) => {
    answer = SERVER(given);
    const { of, code } = await probe();
    expect(code).toBe(1);
    expect(of('SERVICE_ROLE_KEY', 'bearer')).toMatchObject({ level: 'problem', finding });
    expect(of('SERVICE_ROLE_KEY', 'bearer').fix).toMatch(fix);
  });

  test('follows no redirect, so that a key goes to nobody else', async () => {
    answer = (_, path) => ({ status: 301, location: `https://elsewhere.example${path}` });
    const { of } = await probe();
    expect(of('SERVICE_ROLE_KEY', 'bearer')).toMatchObject({ finding: 'redirect', level: 'problem' });
    expect(of('SERVICE_ROLE_KEY', 'bearer').message).toContain(
      'to https://elsewhere.example/rest/v1/ml_orders;',
    );
  });

  test('compares aud, and sees that a token has ended, whatever code stands for it', async () => {
    process.env['SERVICE_ROLE_KEY'] = keyFor('service_role', { aud: 'shop' });
    process.env['SUPA_KEY'] = keyFor('service_role', { exp: 1_700_000_000 });
    process.env['PGRST_JWT_AUD'] = 'authenticated';
    answer = ({ bearer }) =>
      bearer === undefined ? HIDDEN : refused(401, 'PGRST301', 'JWT not in audience');
    const { of } = await probe();
    expect(of('SERVICE_ROLE_KEY', 'bearer').message).toContain('aud is shop, PGRST_JWT_AUD is authenticated');
    expect(of('SUPA_KEY', 'bearer').message).toContain('ended on 2023-11-14');
  });

  test('shows one of the new keys to the gateway only: it is no token', async () => {
    process.env['ANON_KEY'] = '';
    process.env['SERVICE_ROLE_KEY'] = 'sb_secret_0123456789abcdef';
    answer = ({ apikey }) => (apikey === undefined ? KONG_NO_KEY : ROWS);
    const { of } = await probe();
    expect(of('SERVICE_ROLE_KEY', 'apikey')).toMatchObject({ level: 'ok', finding: 'rows' });
    expect(asked.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test('finds a PostgREST that stands alone, at its root', async () => {
    process.env['ANON_KEY'] = '';
    answer = ({ bearer }, path) => {
      if (path.startsWith('/rest/')) return refused(404, 'PGRST125', 'Invalid path specified in request URL');
      return bearer === undefined ? refused(401, 'PGRST302', 'Anonymous access is disabled') : ROWS;
    };
    const { of, code } = await probe();
    expect(code).not.toBe(1);
    expect(of(null, 'none').level).toBe('ok');
    expect(of('SERVICE_ROLE_KEY', 'apikey')).toMatchObject({ level: 'warning', finding: 'no-anonymous' });
  });

  test('says it in words, and shows no key', async () => {
    answer = behindKong(() => NOT_DECODED);
    const { out } = await run('probe', gateway.url);
    expect(out).toContain('SERVICE_ROLE_KEY: JWT, role service_role, aud none, without an end');
    expect(out).toContain('problem  as apikey and Authorization: Bearer: not decoded');
  });

  test.each([
    ['ftp://shop.example', 'Give an http:// or https:// URL.'],
    ['not a url', 'Give an http:// or https:// URL.'],
    ['https://user:secret@shop.example', 'without user'],
    ['https://shop.example/rest/v1?apikey=x', 'without user, query'],
    ['http://shop.example', 'over plain http anybody on the way reads the keys'],
  ])('sends nothing to %s', async (url, words) => {
    answer = () => ROWS;
    await expect(run('probe', url)).rejects.toThrow(words);
    expect(asked).toEqual([]);
  });
});

test('keys whose aud is not the one that PostgREST takes, or that differ, are told', async () => {
  Object.assign(process.env, {
    SUPABASE_JWT_SECRET: SECRET,
    SERVICE_ROLE_KEY: keyFor('service_role', { aud: 'shop' }),
  });
  expect((await run('verify')).out).toContain('ANON_KEY names the aud none, and SERVICE_ROLE_KEY shop.');
  process.env['PGRST_JWT_AUD'] = 'authenticated';
  const { out, code } = await run('verify');
  expect(out).toContain('SERVICE_ROLE_KEY names the aud shop, and PostgREST takes authenticated');
  expect(code).toBe(1);
});

describe('a secret that is typed', () => {
  let typing: NodeJS.ReadStream & { readonly rawModes: boolean[] };
  let shown: string;
  beforeEach(() => {
    const rawModes: boolean[] = [];
    const setRawMode = (on: boolean): void => void rawModes.push(on);
    typing = Object.assign(new PassThrough(), { isTTY: true, setRawMode, rawModes }) as never;
    shown = '';
    const show = (text: unknown): void => void (shown += String(text));
    jest.spyOn(console, 'error').mockImplementation(show);
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => (show(text), true));
  });

  test('is shown nowhere, and the terminal echoes nothing meanwhile', async () => {
    const read = readSecretLine(typing, { en: 'The key', zh: '密钥' });
    typing.push('sb_sekret\x7f\x7f\x7f\x7fcret_1\r');
    expect(await read).toBe('sb_secret_1');
    expect(typing.rawModes).toEqual([true, false]);
    expect(shown).not.toContain('sb_');
  });

  test('may be given up', async () => {
    const read = readSecretLine(typing, { en: 'The key', zh: '密钥' });
    typing.push('sb_\x03');
    await expect(read).rejects.toThrow('Nothing was entered.');
    expect(typing.rawModes).toEqual([true, false]);
  });
});
