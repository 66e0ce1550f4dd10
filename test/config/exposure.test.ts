import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { loadConfig, SettingsError } from '../../src/config/config';
import { reachOf } from '../../src/config/network-reach';
import { onlyThisMachine, openDoors } from '../../src/config/open-doors';
import { weaknessOf } from '../../src/config/weak-secrets';

type Settings = Record<string, string>;

/** What a start says against these settings. */
function problemsOf(settings: Settings): readonly string[] {
  try {
    loadConfig(settings);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems;
  }
}

const hex = (): string => randomBytes(24).toString('hex');
const SHOP: Settings = {
  DATABASE_URL: 'postgresql://waybell:secret@127.0.0.1:5432/shop',
  CLOUD_FUNC_URL: 'https://fc-mp-0000.next.bspapp.com/push',
  API_KEYS: hex(),
  WEBHOOK_SECRETS: `whsec_${randomBytes(24).toString('base64')}`,
};
/** As docs/production.md wrote them before any of this was asked for. */
const PRODUCTION: Settings = {
  ...SHOP,
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: '7201',
  PUSH_PORT: '7301',
  DATA_DIR: '/var/lib/waybell',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  TEMPORAL_NAMESPACE: 'default',
  TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
};
const without = (settings: Settings, ...names: string[]): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));

describe('settings of yesterday', () => {
  test('of the page on production go on as they are, also in containers', () => {
    expect(problemsOf(PRODUCTION)).toEqual([]);
    const { host, hostname } = { host: 'postgres', hostname: 'temporal:7233' };
    const containers = {
      ...PRODUCTION,
      HOST: '0.0.0.0',
      DATABASE_URL: `postgresql://waybell:secret@${host}:5432/shop`,
      TEMPORAL_ADDRESS: hostname,
    };
    expect(problemsOf(containers)).toEqual([]);
    expect(openDoors(loadConfig(containers)).map(({ fix }) => fix.en)).toEqual([
      expect.stringContaining('PLAINTEXT_HOSTS=postgres'),
      expect.stringContaining('PLAINTEXT_HOSTS=temporal'),
    ]);
    const waived = { ...containers, PLAINTEXT_HOSTS: 'postgres, Temporal' };
    expect(openDoors(loadConfig(waived))).toEqual([]);
  });

  const README = without(SHOP, 'WEBHOOK_SECRETS');
  test.each<[string, Settings, string, Settings]>([
    [
      'of a shop’s own database without secrets of webhooks',
      README,
      'WEBHOOK_SECRETS: required when DATABASE_URL is set; set UNSIGNED_WEBHOOKS=allow to accept unsigned webhooks all the same',
      { UNSIGNED_WEBHOOKS: 'allow' },
    ],
    [
      'of a database behind the open network',
      { ...PRODUCTION, DATABASE_URL: 'postgresql://waybell:secret@db.example.com:5432/shop' },
      'DATABASE_URL: db.example.com is reached over the open network without TLS: add ?sslmode=verify-full (and &sslrootcert=…) to it, or set PLAINTEXT_HOSTS=db.example.com',
      { PLAINTEXT_HOSTS: 'db.example.com' },
    ],
    [
      'of a Temporal server behind the open network',
      { ...PRODUCTION, TEMPORAL_ADDRESS: 'temporal.shop.example:7233' },
      'TEMPORAL_ADDRESS: temporal.shop.example is reached over the open network without TLS: set TEMPORAL_TLS=true (or TEMPORAL_API_KEY), or set PLAINTEXT_HOSTS=temporal.shop.example',
      { TEMPORAL_TLS: 'true' },
    ],
    [
      'with a key of 24 equal letters',
      { ...PRODUCTION, API_KEYS: 'a'.repeat(24) },
      'API_KEYS: a secret has less than 6 different characters; make a new one',
      { API_KEYS: hex() },
    ],
    [
      'with the secret that Supabase publishes',
      {
        ...PRODUCTION,
        SUPABASE_JWT_SECRET: 'your-super-secret-jwt-token-with-at-least-32-characters-long',
      },
      'SUPABASE_JWT_SECRET: a secret is published in a documentation; make a new one',
      { SUPABASE_JWT_SECRET: hex() },
    ],
  ])('%s get exactly one line, and what it names makes them start', (_, settings, line, added) => {
    expect(problemsOf(settings)).toEqual([line]);
    expect(problemsOf({ ...settings, ...added })).toEqual([]);
  });

  test('without HOST answer this machine only, and are told so', () => {
    const config = loadConfig(without(PRODUCTION, 'HOST'));
    expect(config.host).toBe('127.0.0.1');
    expect(onlyThisMachine(config)?.en).toContain('HOST=0.0.0.0');
    expect(onlyThisMachine(loadConfig({ ...PRODUCTION, HOST: '0.0.0.0' }))).toBeUndefined();
    expect(onlyThisMachine(loadConfig({}))).toBeUndefined();
  });
});

describe('what the settings leave open', () => {
  test('is nothing where embedded parts answer this machine only', () => {
    expect(openDoors(loadConfig({}))).toEqual([]);
    expect(openDoors(loadConfig({ HOST: '::1' }))).toEqual([]);
  });

  test('are keys and proofs, where others reach embedded parts', () => {
    const told = openDoors(loadConfig({ HOST: '0.0.0.0' })).map(({ what }) => what.en);
    expect(told).toEqual([
      expect.stringMatching(/^Who reaches 0\.0\.0\.0:7201 may register phones/),
      'POST /webhook/express/status takes webhooks without proof (UNSIGNED_WEBHOOKS).',
    ]);
  });

  test('is the route that takes unsigned webhooks on a database of the shop', () => {
    const open = { ...without(PRODUCTION, 'WEBHOOK_SECRETS'), UNSIGNED_WEBHOOKS: 'allow' };
    expect(openDoors(loadConfig(open)).map(({ fix }) => fix.en)).toEqual([
      expect.stringMatching(/^Set WEBHOOK_SECRETS/),
    ]);
  });

  test.each([
    'postgresql://db.example.com/shop?sslmode=verify-full',
    'postgresql://db.example.com/shop?sslmode=require',
    'postgresql://db.example.com/shop?ssl=true',
    'postgresql://me@localhost/shop?host=/var/run/postgresql',
    'postgresql://[::1]:5432/shop',
  ])('is nothing with %s', (DATABASE_URL) => {
    expect(loadConfig({ ...PRODUCTION, DATABASE_URL }).plaintext).toEqual([]);
  });

  test.each([
    ['postgresql://10.0.0.5/shop', 'private'],
    ['postgresql://[fd00::5]:5432/shop', 'private'],
    ['postgresql://8.8.8.8/shop', 'public'],
    ['postgresql://[2606:4700::1111]/shop', 'public'],
    ['postgresql://db.example.com/shop?sslmode=prefer', 'public'],
    ['postgresql://me@127.0.0.1/shop?host=db.example.com', 'public'],
  ])('is %s, over a %s network', (DATABASE_URL, reach) => {
    const settings = {
      ...PRODUCTION,
      DATABASE_URL,
      PLAINTEXT_HOSTS: 'db.example.com,8.8.8.8,[2606:4700::1111]',
    };
    expect(loadConfig(settings).plaintext).toMatchObject([{ variable: 'DATABASE_URL', reach }]);
  });
});

test.each([
  ['localhost', 'machine'],
  ['shop.localhost', 'machine'],
  ['127.1.2.3', 'machine'],
  ['[::1]', 'machine'],
  ['supabase-db', 'private'],
  ['db.internal', 'private'],
  ['postgres.shop.svc.cluster.local', 'private'],
  ['192.168.1.4', 'private'],
  ['localhost.evil.example', 'public'],
  ['127.0.0.1.evil.example', 'public'],
  ['1.1.1.1', 'public'],
])('%s is reached over: %s', (host, reach) => {
  expect(reachOf(host)).toBe(reach);
});

describe('a secret', () => {
  test.each([
    ['a'.repeat(48), 'has less than 6 different characters'],
    ['0123456789ab0123456789ab', 'repeats itself'],
    ['my-Example-key-of-the-shop', 'looks like an example'],
    ['CHANGEME-before-production', 'looks like an example'],
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'is published in a documentation'],
    [`whsec_${Buffer.alloc(24).toString('base64')}`, 'has less than 6 different characters'],
  ])('that anybody can guess is told as such: %#', (secret, weakness) => {
    expect(weaknessOf(secret)).toBe(weakness);
  });

  test('that openssl makes is none, 10,000 times', () => {
    for (let round = 0; round < 10_000; round += 1) {
      expect(weaknessOf(hex())).toBeUndefined();
      expect(weaknessOf(`whsec_${randomBytes(24).toString('base64')}`)).toBeUndefined();
    }
  });
});
