import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createApiKey, digestOf } from '../../src/api/api-key';
import type { Scope } from '../../src/config/scopes';
import { loadConfig } from '../../src/config/config';
import { insertApiKey, revokeApiKey } from '../../src/database/api-keys';
import { WORD_STANDINGS } from '../../src/intake/words';
import { PROJECT_ROOT } from '../../src/project-root';
import { ATTENTION_KINDS } from '../../src/shipment/attention';
import { VERDICTS } from '../../src/shipment/decide-announcement';
import { PUSH_STATES, SEND_STATUSES } from '../../src/shipment/delivery';
import { HOLD_CAUSES } from '../../src/shipment/device';
import { END_REASONS } from '../../src/shipment/end-reason';
import { SHIPMENT_STATUSES } from '../../src/shipment/status';
import texts from '../../web/console/texts.json';
import { type Api, unique, useApiLab } from './api-lab';

const lab = useApiLab();
const FULL_KEY = 'f'.repeat(48);
const SETTINGS = { DEVICE_REGISTRATION: 'key', API_KEYS: FULL_KEY };
const WEB = path.join(PROJECT_ROOT, 'web/console');
const MINE = { 'x-waybell-console': '1' };

/** Made before the API looks for them: it knows no newer ones for some seconds. */
const keys = {} as Readonly<
  Record<'reader' | 'other' | 'many' | 'revoked' | 'ending' | 'deaf' | 'admin', [string, string]>
>;
let api: Api;
beforeAll(async () => {
  Object.assign(keys, {
    reader: await storeKey(['read']),
    other: await storeKey(['read']),
    many: await storeKey(['read']),
    revoked: await storeKey(['read']),
    ending: await storeKey(['read'], new Date(Date.now() + 60_000)),
    deaf: await storeKey(['metrics']),
    admin: await storeKey(['read', 'admin']),
  });
  api = await lab.serve({ ...SETTINGS, CONSOLE: 'on' });
});

async function storeKey(scopes: readonly Scope[], expiresAt: Date | null = null): Promise<[string, string]> {
  const [name, key] = [`key-${unique().toLowerCase()}`, createApiKey()];
  await insertApiKey(lab.db.pool, { name, sha256: digestOf(key), scopes, createdBy: 'a test', expiresAt });
  return [name, key];
}

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

async function ask(
  method: string,
  route: string,
  { json, headers = MINE, at = api }: { json?: unknown; headers?: Record<string, string>; at?: Api } = {},
): Promise<Told> {
  const response = await fetch(`${at.url}/console${route}`, {
    method,
    headers: {
      ...(method !== 'GET' && { origin: at.url }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as never };
}

const logIn = (key: string, headers: Record<string, string> = MINE): Promise<Told> =>
  ask('POST', '/session', { json: { key }, headers });

/** The headers of a page that is logged in. */
async function sessionOf(key: string): Promise<Record<string, string>> {
  const { headers } = await logIn(key);
  const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';');
  return { ...MINE, cookie };
}

describe('a session of the console', () => {
  test('is a cookie that no script reads, no other site sends, and no other path sees', async () => {
    const [name, key] = keys.reader;
    const { status, json, headers } = await logIn(key);
    expect([status, json['name'], json['scopes']]).toEqual([200, name, ['read']]);
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^waybell_console=[\w-]{43}; Path=\/console; Expires=.*; HttpOnly; SameSite=Strict$/,
    );
    const hours = (Date.parse(String(json['expires_at'])) - Date.now()) / 3_600_000;
    expect([Math.round(hours), headers.get('cache-control')]).toEqual([8, 'no-store']);
    const { rows } = await lab.db.pool.query(
      'select row_to_json(s)::text as row from waybell.console_sessions s',
    );
    expect(JSON.stringify([json, rows])).not.toContain(key);
    expect(JSON.stringify(rows)).not.toContain(/=([\w-]+);/.exec(cookie)?.[1]);
  });

  test('has a Secure cookie where the browser speaks TLS to the proxy', async () => {
    const [, key] = keys.reader;
    const host = new URL(api.url).host;
    const { headers } = await logIn(key, { ...MINE, origin: `https://${host}` });
    expect(headers.get('set-cookie')).toContain('; Secure');
  });

  test('holds for every process, and ends with the log-out, with its key, and with the end of its key', async () => {
    const other = await lab.serve({ ...SETTINGS, CONSOLE: 'on' });
    const [, key] = keys.other;
    const session = await sessionOf(key);
    expect((await ask('GET', '/session', { headers: session, at: other })).status).toBe(200);
    const { headers, status } = await ask('POST', '/session/end', { headers: session });
    expect([status, headers.get('set-cookie')]).toEqual([200, expect.stringContaining('1970')]);
    expect((await ask('GET', '/session', { headers: session })).json['code']).toBe('session-missing');

    const [name, revoked] = keys.revoked;
    const begun = await sessionOf(revoked);
    await revokeApiKey(lab.db.pool, name);
    const fresh = await lab.serve({ ...SETTINGS, CONSOLE: 'on' });
    expect((await ask('GET', '/api/v1/attention', { headers: begun, at: fresh })).json['code']).toBe(
      'session-missing',
    );

    const [, ending] = keys.ending;
    const { json } = await logIn(ending);
    expect(Date.parse(String(json['expires_at']))).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  test('takes the place of the one that the browser had, and one key has fifty at most', async () => {
    const [name, key] = keys.many;
    const first = await sessionOf(key);
    const second = await logIn(key, first);
    expect(second.headers.get('set-cookie')).not.toContain(first['cookie']);
    expect((await ask('GET', '/session', { headers: first })).json['code']).toBe('session-missing');
    const others = Array.from({ length: 60 }, (_, nth) => `other-${nth}`);
    await lab.db.pool.query(
      `insert into waybell.console_sessions (sha256, key_name, key_proof, created_at, expires_at)
       select sha256(one::bytea), $1, '', now() - interval '1 hour', now() + interval '1 hour'
         from unnest($2::text[]) as one`,
      [name, others],
    );
    const newest = await sessionOf(key);
    const { rows } = await lab.db.pool.query(
      'select count(*)::int as count from waybell.console_sessions where key_name = $1',
      [name],
    );
    expect(rows).toEqual([{ count: 50 }]);
    expect((await ask('GET', '/session', { headers: newest })).status).toBe(200);
  });

  test('does not go on with another key of the same name', async () => {
    const session = await sessionOf(FULL_KEY);
    expect((await ask('GET', '/session', { headers: session })).json['name']).toBe('full#1');
    const changed = await lab.serve({ ...SETTINGS, API_KEYS: 'g'.repeat(48), CONSOLE: 'on' });
    expect((await ask('GET', '/session', { headers: session, at: changed })).json['code']).toBe(
      'session-missing',
    );
  });

  test('is not begun by a key that is unknown, or that sees nothing; who tries many is slowed down', async () => {
    const [, deaf] = keys.deaf;
    expect((await logIn(deaf)).json['code']).toBe('not-allowed');
    const slow = await lab.serve({ ...SETTINGS, CONSOLE: 'on' });
    const codes = [];
    for (let nth = 0; nth < 31; nth += 1) {
      const told = await ask('POST', '/session', { json: { key: createApiKey() }, at: slow });
      codes.push(told.json['code']);
      expect(told.headers.get('set-cookie')).toBeNull();
    }
    expect([codes[0], codes[29], codes[30]]).toEqual([
      'api-key-invalid',
      'api-key-invalid',
      'too-many-requests',
    ]);
    expect((await ask('POST', '/session', { json: { key: FULL_KEY }, at: slow })).status).toBe(200);
  });
});

describe('the API below the console', () => {
  test('takes no key, and the API takes no cookie', async () => {
    const session = await sessionOf(FULL_KEY);
    const withKey = { ...MINE, authorization: `Bearer ${FULL_KEY}` };
    expect((await ask('GET', '/api/v1/attention', { headers: withKey })).json['code']).toBe(
      'session-missing',
    );
    expect((await api.call('GET', '/api/v1/attention', { headers: session })).json['code']).toBe(
      'api-key-missing',
    );
    expect((await ask('GET', '/api/v1/attention', { headers: session })).status).toBe(200);
  });

  test('holds the scopes of the key for every action', async () => {
    const [, key] = keys.reader;
    const session = await sessionOf(key);
    const json = { reason: 'a test' };
    const retry = await ask('POST', '/api/v1/deliveries/example/retry', { headers: session, json });
    const release = await ask('POST', '/api/v1/providers/fcm/release', { headers: session, json });
    expect([retry.json['code'], release.json['code']]).toEqual(['not-allowed', 'not-allowed']);
    expect(release.json['explanation']).toEqual({
      en: release.json['message'],
      zh: '该密钥没有这项权限',
    });
  });

  test('writes down log-ins and actions under the name of the key, with the reason', async () => {
    const [name, key] = keys.admin;
    const session = await sessionOf(key);
    await ask('POST', '/api/v1/providers/fcm/release', {
      headers: session,
      json: { reason: 'the key is renewed' },
    });
    const { rows } = await lab.db.pool.query(
      'select action, subject, asked, outcome from waybell.audit where actor = $1 order by id',
      [name],
    );
    expect(rows).toEqual([
      { action: 'logInToConsole', subject: '', asked: '{}', outcome: 'done' },
      {
        action: 'releaseProvider',
        subject: 'fcm',
        asked: '{"reason":"the key is renewed"}',
        outcome: 'done',
      },
    ]);
  });

  test.each([
    ['without the header of its page', {}],
    ['from another origin', { ...MINE, origin: 'https://evil.example' }],
    ['from another page of the same site', { ...MINE, 'sec-fetch-site': 'same-site' }],
    ['from an origin that is none', { ...MINE, origin: 'null' }],
  ])('refuses what comes %s', async (_, more) => {
    const { cookie = '' } = await sessionOf(FULL_KEY);
    const headers = { cookie, ...more };
    for (const route of ['/session', '/session/end', '/api/v1/providers/fcm/release']) {
      expect((await ask('POST', route, { headers, json: {} })).json['code']).toBe('cross-site');
    }
  });
});

describe('the setting CONSOLE', () => {
  test('is off unless set: then there is nothing at /console', async () => {
    const off = await lab.serve(SETTINGS);
    for (const route of ['', '/console.js', '/session', '/api/v1/attention']) {
      const response = await fetch(`${off.url}/console${route}`, { headers: MINE });
      expect([route, response.status]).toEqual([route, 404]);
    }
  });

  test('is refused in words where the API asks nobody for a key', () => {
    expect(() => loadConfig({ CONSOLE: 'on' })).toThrow(/CONSOLE: needs an API that asks for keys/);
    expect(() => loadConfig({ CONSOLE: 'yes', API_KEYS: FULL_KEY })).toThrow(/CONSOLE: must be on/);
    expect(loadConfig({ CONSOLE: 'on', API_KEYS: FULL_KEY }).console).toBe(true);
  });
});

describe('the page of the console', () => {
  const html = readFileSync(path.join(WEB, 'index.html'), 'utf8');
  const scripts = readdirSync(WEB)
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(path.join(WEB, name), 'utf8'));

  test('may load its own files only, has nothing inline, and turns no text into markup', async () => {
    const response = await fetch(`${api.url}/console?order=1`);
    expect([response.status, await response.text()]).toEqual([200, html]);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'; require-trusted-types-for 'script'$/,
    );
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:/i);
    expect(scripts.join('\n')).not.toMatch(
      /innerHTML|outerHTML|insertAdjacent|document\.write|sessionStorage/,
    );
  });

  test('names files that are there', async () => {
    const files = [...html.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(([, file = '']) => file);
    const imports = scripts.flatMap((script) =>
      [...script.matchAll(/from '\.\/([^']+)'/g)].map(([, file = '']) => `/console/${file}`),
    );
    for (const file of new Set([...files, ...imports, '/console/texts.json'])) {
      expect([file, (await fetch(`${api.url}${file}`)).status]).toEqual([file, 200]);
    }
  });

  test('has every word in both languages, and none that nobody shows', () => {
    const keys = Object.keys(texts.en);
    expect(Object.keys(texts.zh)).toEqual(keys);
    const source = [html, ...scripts].join('\n');
    const used = [
      ...source.matchAll(/data-(?:text|label)="([\w.]+)"/g),
      ...source.matchAll(/\b(?:say|setText)\((?:\w+, )?'([\w.-]+)'/g),
    ].map(([, key]) => key);
    expect(keys).toEqual(expect.arrayContaining(used));
    const families = new Set(keys.flatMap((key) => (key.includes('.') ? [key.split('.')[0]] : [])));
    for (const family of families) expect(source).toMatch(new RegExp(`'${family}'|\`${family}\\.`));
    const plain = keys.filter((key) => !key.includes('.') && key !== 'pageTitle');
    expect(plain.filter((key) => !source.includes(`'${key}'`) && !source.includes(`"${key}"`))).toEqual([]);
  });

  test('has a name for every code that the API may answer', () => {
    const codes: Readonly<Record<string, readonly string[]>> = {
      kind: ATTENTION_KINDS,
      endsBy: ATTENTION_KINDS,
      status: SHIPMENT_STATUSES,
      verdict: VERDICTS,
      outcome: [...SEND_STATUSES, ...END_REASONS],
      push: ['claimed', 'retry', ...PUSH_STATES],
      cause: HOLD_CAUSES,
      standing: WORD_STANDINGS,
    };
    const wanted = Object.entries(codes).flatMap(([family, ofIt]) => ofIt.map((code) => `${family}.${code}`));
    expect(wanted.filter((key) => !isOneOf(Object.keys(texts.en), key))).toEqual([]);
  });
});

const isOneOf = (list: readonly string[], one: string): boolean => list.includes(one);
