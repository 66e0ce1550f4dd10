import { describe, expect, test } from '@jest/globals';
import { createECDH } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig, SettingsError } from '../../src/config/config';
import { createProviders } from '../../src/push/registry';
import { p8Key, rsaKey } from './provider-stage';

const curve = createECDH('prime256v1');
curve.generateKeys();

const ACCOUNT = JSON.stringify({
  type: 'service_account',
  project_id: 'p',
  private_key: rsaKey.privateKey,
  client_email: 'a@p.example',
});

const EVERYTHING = {
  CLOUD_FUNC_URL: 'https://function.example/push',
  CLOUD_FUNC_SIGN_KEY: 'q0etb3cl0s8mrlfdqp33ist1ou0r97pg',
  GETUI_APP_ID: 'a',
  GETUI_APP_KEY: 'b',
  GETUI_MASTER_SECRET: 'c',
  FCM_SERVICE_ACCOUNT: ACCOUNT,
  APNS_KEY: p8Key.privateKey,
  APNS_KEY_ID: 'd',
  APNS_TEAM_ID: 'e',
  APNS_TOPIC: 'f',
  VAPID_PRIVATE_KEY: curve.getPrivateKey('base64url'),
  VAPID_SUBJECT: 'mailto:ops@shop.example',
};

const namesOf = async (settings: Record<string, string>): Promise<string[]> => {
  const providers = createProviders(loadConfig(settings).push);
  for (const provider of providers.values()) await provider.close?.();
  return [...providers.keys()].sort();
};

const problemsOf = (settings: Record<string, string>): readonly string[] => {
  try {
    loadConfig(settings);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
};

test('no provider is on by itself', async () => {
  expect(await namesOf({})).toEqual([]);
});

test('each provider is switched on by its settings, under the name that a device has', async () => {
  expect(await namesOf(EVERYTHING)).toEqual(['apns', 'fcm', 'getui', 'unicloud', 'webpush']);
  expect(await namesOf({ FCM_SERVICE_ACCOUNT: ACCOUNT })).toEqual(['fcm']);
});

describe('a key', () => {
  test('may be given as the path of its file', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'waybell-keys-'));
    const [account, p8] = [path.join(folder, 'account.json'), path.join(folder, 'key.p8')];
    writeFileSync(account, ACCOUNT);
    writeFileSync(p8, p8Key.privateKey);
    expect(await namesOf({ ...EVERYTHING, FCM_SERVICE_ACCOUNT: account, APNS_KEY: p8 })).toHaveLength(5);
    rmSync(folder, { recursive: true });
  });

  test('may be given on one line, with its line ends written out', async () => {
    expect(await namesOf({ ...EVERYTHING, APNS_KEY: p8Key.privateKey.replaceAll('\n', '\\n') })).toContain(
      'apns',
    );
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ FCM_SERVICE_ACCOUNT: '/nowhere/account.json' }, /^FCM_SERVICE_ACCOUNT: the file cannot be read$/],
    [
      { FCM_SERVICE_ACCOUNT: '{"project_id":"s3cret"}' },
      /^FCM_SERVICE_ACCOUNT: no service account; look at private_key, client_email$/,
    ],
    [
      { FCM_SERVICE_ACCOUNT: ACCOUNT.replace('MII', 's3cret') },
      /^FCM_SERVICE_ACCOUNT: no service account; look at private_key$/,
    ],
    [
      { FCM_SERVICE_ACCOUNT: ACCOUNT, FCM_SERVICE_ACCOUNTS: '{"staff":"/nowhere/account.json"}' },
      /^FCM_SERVICE_ACCOUNTS.staff: the file cannot be read$/,
    ],
    [{ ...EVERYTHING, APNS_KEY: rsaKey.privateKey }, /^APNS_KEY: not a P-256 private key/],
  ])('that cannot be used is named, and not shown', (settings, message) => {
    expect(() => createProviders(loadConfig(settings).push)).toThrow(message);
  });
});

describe('settings that do not go together are named', () => {
  test.each<[Record<string, string>, readonly string[]]>([
    [
      { GETUI_APP_ID: 'a' },
      [
        'GETUI_APP_KEY: required when GETUI_APP_ID is set',
        'GETUI_MASTER_SECRET: required when GETUI_APP_ID is set',
      ],
    ],
    [{ VAPID_SUBJECT: 'mailto:a@b.example' }, ['VAPID_PRIVATE_KEY: required when VAPID_SUBJECT is set']],
    [{ WEBPUSH_LOOPBACK: 'allow' }, []],
    [
      { GETUI_APPS: '{}', FCM_SERVICE_ACCOUNTS: '{}', APNS_TOPICS: '{}' },
      [
        'APNS_TOPIC: required when APNS_TOPICS is set',
        'FCM_SERVICE_ACCOUNT: required when FCM_SERVICE_ACCOUNTS is set',
        'GETUI_APP_ID: required when GETUI_APPS is set',
      ],
    ],
  ])('%j', (settings, problems) => {
    expect(problemsOf(settings)).toEqual(problems);
  });

  test('and the flag of the tests is refused in production', () => {
    expect(problemsOf({ NODE_ENV: 'production', WEBPUSH_LOOPBACK: 'allow' })).toContain(
      'WEBPUSH_LOOPBACK: is for tests; not with NODE_ENV=production',
    );
  });
});

test.each([
  ['CLOUD_FUNC_FIELDS', '{"fields":{"t":"title","secret":"s3cret"}}'],
  ['CLOUD_FUNC_FIELDS', 's3cret'],
  ['CLOUD_FUNC_CONNECT_CODE', 's3cret 密钥'],
  ['VAPID_PRIVATE_KEY', 's3cret'],
  ['VAPID_PRIVATE_KEY', 's3cretPiYE-n46HLnH0KqZOF1fJJU3'],
  ['VAPID_PRIVATE_KEY', `s3cret${'_'.repeat(80)}`],
  ['VAPID_SUBJECT', 's3cret'],
  ['GETUI_URLS', 's3cret'],
  ['APNS_ENVIRONMENT', 's3cret'],
])('a wrong %s is told without its value', (name, value) => {
  const problems = problemsOf({ [name]: value }).join('\n');
  expect(problems).toContain(`${name}`);
  expect(problems).not.toContain('s3cret');
});
