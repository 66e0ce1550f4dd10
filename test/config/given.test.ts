import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { idleSettings, loadConfig, SETTING_NAMES, SettingsError } from '../../src/config/config';
import { takeEnvFile } from '../../src/config/env-file';
import { SECRET_SETTINGS } from '../../src/config/secret-files';
import { temporalVariables } from '../../src/config/surroundings';

const KEY = '0b64f7f1f4c2a7d0c7a84c9e1d3b5f62';

/** What a start says against these settings. */
function problemsOf(settings: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(settings);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems;
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-given-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileWith(text: string, name = 'secret'): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

describe('a secret in a file', () => {
  test('is read as if it stood in the environment, without the end of its line', async () => {
    const file = await fileWith(`\uFEFF${KEY}\r\n`);
    expect(loadConfig({ API_KEYS_FILE: file }).apiKeys).toEqual([KEY]);
    expect(temporalVariables({ TEMPORAL_API_KEY_FILE: file })).toMatchObject({ TEMPORAL_API_KEY: KEY });
  });

  test('may be every secret that there is', () => {
    expect([...SETTING_NAMES, 'TEMPORAL_API_KEY']).toEqual(expect.arrayContaining([...SECRET_SETTINGS]));
    const secretByName = SETTING_NAMES.filter((name) => /SECRET|KEYS?$|SERVICE_ACCOUNT/.test(name));
    expect(SECRET_SETTINGS).toEqual(expect.arrayContaining(secretByName));
  });

  test('that is given twice, is missing, empty, too large or no file ends the start, and shows no path', async () => {
    const file = await fileWith(KEY);
    expect(problemsOf({ API_KEYS: KEY, API_KEYS_FILE: file })).toEqual([
      'API_KEYS_FILE: API_KEYS is set too; keep one of them',
    ]);
    expect(problemsOf({ API_KEYS_FILE: path.join(folder, 'nowhere') })).toEqual([
      'API_KEYS_FILE: the file cannot be read (ENOENT)',
    ]);
    expect(problemsOf({ API_KEYS_FILE: await fileWith(' \n', 'empty') })).toEqual([
      'API_KEYS_FILE: the file is empty',
    ]);
    expect(problemsOf({ API_KEYS_FILE: await fileWith('a'.repeat(70_000), 'large') })).toEqual([
      'API_KEYS_FILE: it is too large',
    ]);
    for (const [bytes, words] of [
      [Buffer.from(`\uFEFF${KEY}`, 'utf16le'), 'it is UTF-16: save it as UTF-8'],
      [Buffer.from([0xfe, 0xff, 0, 0x6b]), 'it is UTF-16: save it as UTF-8'],
      [Buffer.from([0xff, 0x80]), 'it is not UTF-8'],
    ] as const) {
      await writeFile(path.join(folder, 'odd'), bytes);
      expect(problemsOf({ API_KEYS_FILE: path.join(folder, 'odd') })).toEqual([`API_KEYS_FILE: ${words}`]);
    }
    expect(problemsOf({ API_KEYS_FILE: folder })).toEqual(['API_KEYS_FILE: it is no file']);
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    expect(problemsOf({ API_KEYS_FILE: path.join(folder, 'pipe') })).toEqual([
      'API_KEYS_FILE: it is no file',
    ]);
    expect(problemsOf({ NODE_ENV: 'production', API_KEYS_FILE: '/nowhere' })).toHaveLength(1);
  });

  test('is held to the same rules', async () => {
    const file = await fileWith('too-short');
    expect(problemsOf({ API_KEYS_FILE: file })).toEqual(['API_KEYS: every key needs at least 24 characters']);
  });
});

describe('.env', () => {
  const take = (environment: Record<string, string> = {}) => ({
    found: takeEnvFile(folder, environment),
    environment,
  });

  test('sets what the environment does not, and nothing that is not ours', async () => {
    const file = await fileWith(
      'PORT=7999\nHOST=10.0.0.5 # ours\nAPI_KEY="a"\nPATH=/evil\nNODE_OPTIONS=--require=/evil\nPGSSLMODE=require\nTEMPORAL_TLS=true\nLOG_LEVEL=\n',
      '.env',
    );
    const { found, environment } = take({ HOST: '127.0.0.1', PATH: '/bin' });
    expect(environment).toEqual({
      ...{ HOST: '127.0.0.1', PATH: '/bin', PORT: '7999' },
      ...{ API_KEY: 'a', PGSSLMODE: 'require', TEMPORAL_TLS: 'true' },
    });
    expect(found?.file).toBe(file);
    expect([...(found?.taken ?? [])].sort()).toEqual(['API_KEY', 'PGSSLMODE', 'PORT', 'TEMPORAL_TLS']);
  });

  test('that everybody may write is not read, and the start ends', async () => {
    await chmod(await fileWith('PORT=7999', '.env'), 0o666);
    expect(() => take()).toThrow('everybody on this machine may write it');
  });

  test('that another user may have put there is not read, nor a link of theirs to a file of ours', async () => {
    const own = await fileWith('PORT=7999', '.env');
    await chmod(own, 0o600);
    await chmod(folder, 0o777);
    expect(() => take()).toThrow('everybody on this machine may put another into its place');
    // As /tmp is.
    await chmod(folder, 0o1777);
    expect(take().environment).toEqual({ PORT: '7999' });
    await chmod(folder, 0o700);
    if (process.getuid?.() !== 0) return;
    await rename(own, path.join(folder, 'ours'));
    await symlink('ours', own);
    await lchown(own, 12_345, 12_345);
    expect(() => take()).toThrow('it belongs to another user');
    await rm(own);
    await rename(path.join(folder, 'ours'), own);
    await chown(own, 12_345, 12_345);
    expect(() => take()).toThrow('it belongs to another user');
    expect(take({ SUDO_UID: '12345' }).environment).toMatchObject({ PORT: '7999' });
  });

  test('is missed by nobody, and may be a folder of something else', async () => {
    await rm(path.join(folder, '.env'));
    expect(take().found).toBeUndefined();
    await mkdir(path.join(folder, '.env'));
    expect(take().found).toBeUndefined();
  });

  test('has an example of which every line is a setting that a start takes', async () => {
    const text = await readFile(path.join(__dirname, '../../.env.example'), 'utf8');
    const example = parseEnv(text.replace(/^#(?=[A-Z_]+=)/gm, ''));
    expect(Object.keys(example).length).toBeGreaterThan(8);
    expect(SETTING_NAMES).toEqual(expect.arrayContaining(Object.keys(example)));
    const own = { API_KEYS: KEY, WEBHOOK_SECRETS: 'whsec_q2V5cyBhcmUgbWFkZSBieSBvcGVuc3Ns' };
    expect(problemsOf({ ...example, ...own })).toEqual([]);
  });
});

describe('a variable that is no setting', () => {
  test.each([
    ['API_KEY', 'API_KEYS'],
    ['WEBHOOK_SECRET', 'WEBHOOK_SECRETS'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['DATADIR', 'DATA_DIR'],
    ['CLOUD_FUNCTION_URL', 'CLOUD_FUNC_URL'],
    ['WAYBELL_API_KEYS', 'API_KEYS'],
    ['TEMPORAL_ADRESS', 'TEMPORAL_ADDRESS'],
    ['SUPABASE_JWT_SECERT', 'SUPABASE_JWT_SECRET'],
    ['API_KEY_FILE', 'API_KEYS_FILE'],
    ['SHADOWS', 'SHADOW'],
  ])('%s is told of, and what was meant', (name, meant) => {
    expect(idleSettings({ [name]: 'a-value' })).toEqual([
      `${name} is no setting of Waybell, and has no effect. Did you mean ${meant}?`,
    ]);
  });

  test('is told of beside what is missing because of it', () => {
    const settings = { DATABASE_URL: 'postgresql://127.0.0.1/shop', WEBHOOK_SECRET: 'a-value' };
    expect(() => loadConfig(settings)).toThrow('Did you mean WEBHOOK_SECRETS?');
  });

  test('is another program’s where the setting is set, too', () => {
    expect(idleSettings({ API_KEY: 'theirs', API_KEYS: KEY })).toEqual([]);
    expect(idleSettings({ API_KEY: 'theirs', API_KEYS_FILE: __filename })).toEqual([]);
  });

  test('is nobody’s business where it looks like none of ours', () => {
    // Of Supabase's .env, continuous integration, Kubernetes, shells and npm.
    const names =
      'HOME HOSTNAME SHELL TERM PATH USER LANG TZ EDITOR SORT POST HOSTS PORTS DATE POSTGRES_HOST POSTGRES_DB POSTGRES_PASSWORD POSTGRES_USER POSTGRES_HOST_AUTH_METHOD SITE_URL API_EXTERNAL_URL JWT_EXPIRY SUPABASE_PUBLIC_URL SUPABASE_URL SUPABASE_ANON_KEY SUPABASE_SERVICE_KEY DASHBOARD_PASSWORD STUDIO_PORT KONG_HTTP_PORT POOLER_TENANT_ID VAULT_ENC_KEY SECRET_KEY_BASE PG_META_CRYPTO_KEY SMTP_HOST SMTP_PORT LOGFLARE_API_KEY OPENAI_API_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY GITHUB_TOKEN GITHUB_API_URL CI_JOB_ID CI_API_V4_URL KUBERNETES_PORT KUBERNETES_SERVICE_HOST XDG_DATA_DIRS XDG_DATA_HOME NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS npm_config_cache npm_lifecycle_event PGHOST PGPORT PGDATABASE TEMPORAL_TLS TEMPORAL_API_KEY TEMPORAL_CLI_VERSION REDIS_URL DATABASE_NAME DATABASE_HOST LOG_FORMAT LOG_FILE WAYBELL_PORT WAYBELL_SERVICE_HOST WAYBELL_PORT_7201_TCP WAYBELL_VERSION';
    const foreign = Object.fromEntries(names.split(' ').map((name) => [name, 'a-value']));
    expect(idleSettings({ ...foreign, WORKER_PORTS: 'tcp://10.0.0.1:7401' })).toEqual([]);
  });
});

describe('a wrong value', () => {
  test.each([
    [{ PORT: 'seven' }, 'PORT: must be a number'],
    [{ PORT: '70000' }, 'PORT: must be at most 65535'],
    [{ PORT: '1.5' }, 'PORT: must be a whole number'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: must be debug, info, warn, error or silent'],
    [{ UNSIGNED_WEBHOOKS: 'yes' }, 'UNSIGNED_WEBHOOKS: must be allow'],
    [{ WITHOUT_PUSH: 'user,nobody' }, 'WITHOUT_PUSH.1: must be user or merchant'],
    [{ SHOP_TABLES: '[]' }, 'SHOP_TABLES: must be a JSON object'],
    [{ SHOP_TABLES: '{"orders":{"tabel":"x"}}' }, 'SHOP_TABLES.orders: has no tabel'],
    [{ PUSH_RATES: '{"unicloud":"many"}' }, 'PUSH_RATES.unicloud: must be a number'],
    [{ PUSH_RATES: '{"pigeon":1}' }, 'PUSH_RATES: has no pigeon'],
    [{ SUPABASE_JWT_SECRET: 'short' }, 'SUPABASE_JWT_SECRET: must have at least 24 characters'],
    [{ MAX_AGE_HOURS: '{"delivered":-1}' }, 'MAX_AGE_HOURS.delivered: must be more than 0'],
  ])('of %j is told in words', (settings, words) => {
    expect(problemsOf(settings)).toEqual([words]);
  });

  const ENCODED = 'DATABASE_URL: a character of its user or password must be written in the manner of URLs';
  test.each([
    'postgresql://me:pa@ss@db/shop',
    'postgresql://me:pa#ss@db/shop',
    'postgresql://me:12#ss@db/shop',
    'postgresql://me:12/ss@db:5432/shop',
    'postgresql://me:pa/ss@db/shop',
    'postgresql://me:pa?ss@db/shop',
    'postgresql://me:pa%ss@db/shop',
    'postgres://me:pa@ss/word@db/shop',
  ])('a password that must be encoded is said of %s, and not shown', (url) => {
    const [problem = ''] = problemsOf({ DATABASE_URL: url });
    expect(problem).toContain(ENCODED);
    expect(problem).not.toMatch(/\bss\b|word@/);
  });

  test.each([
    'postgresql://me:pa%40ss%23@db/shop',
    'postgresql://db/shop',
    'postgresql://db:5432/shop?user=a@b',
    'postgresql://me:secret@[::1]:5432/shop?application_name=a@b',
    'postgresql:///shop?host=/var/run/postgresql',
    'postgresql://me:a:b!$&*()@db/shop',
    'postgresql://me@db',
  ])('nothing of it is said of %s', (url) => {
    expect(problemsOf({ DATABASE_URL: url }).join()).not.toMatch(/DATABASE_URL: (?:a char|must be)/);
  });
});
