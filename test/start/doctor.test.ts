import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate } from '../../src/database/schema/migrate';
import type { Finding } from '../../src/doctor/check';
import type { asPublished } from '../../src/doctor/examine';
import { PROJECT_ROOT } from '../../src/project-root';
import { freePorts } from '../setup/free-port';
import { eventually } from '../setup/processes';
import { use } from '../setup/use';
import { runProduct, type Product } from './product';
import { useShop } from './shop';

const MAIN = path.join(PROJECT_ROOT, 'dist/src/cli/main.js');
/** A doctor needs seconds; a start on a busy machine more. */
const SLOW_MS = 240_000;

interface Told {
  readonly healthy: boolean;
  readonly findings: readonly (ReturnType<typeof asPublished<Finding>> & { readonly fixable: boolean })[];
  readonly repaired: readonly { check: string; done: boolean; message: string }[];
}

async function finish(
  command: readonly string[],
  settings: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const product = runProduct(command, settings);
  return { code: await product.exitCode, output: product.output() };
}

/** Servers that take whatever comes, and never say a word. */
const openSilent = (): Server[] =>
  [1, 2, 3].map(() => createServer((socket) => socket.unref()).listen(0, '127.0.0.1'));

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('waybell doctor with nothing reachable', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybell-doctor-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('says a sentence for each part, and changes nothing', async () => {
    const [database, temporal, cloud, port, pushPort] = await freePorts(5);
    const secrets = {
      API_KEYS: 'the-key-of-the-shop-0123456789',
      SUPABASE_JWT_SECRET: 'the-jwt-secret-of-the-shop-0123456789',
      ANON_KEY: 'not.a.jwt-0123456789',
      GETUI_APP_ID: 'getui-app',
      GETUI_APP_KEY: 'the-app-key-of-getui',
      GETUI_MASTER_SECRET: 'the-master-secret-of-getui',
    };
    const settings = {
      DATA_DIR: path.join(folder, 'data'),
      PORT: `${port}`,
      PUSH_PORT: `${pushPort}`,
      DATABASE_URL: `postgresql://shop:the-password@127.0.0.1:${database}/shop`,
      TEMPORAL_ADDRESS: `127.0.0.1:${temporal}`,
      CLOUD_FUNC_URL: `http://127.0.0.1:${cloud}/push`,
      GETUI_URLS: `http://127.0.0.1:${cloud}`,
      DEVICE_REGISTRATION: 'jwt',
      UNSIGNED_WEBHOOKS: 'allow',
      ...secrets,
    };
    const started = Date.now();
    const { code, output } = await finish(['doctor', '--fix'], settings);
    expect(Date.now() - started).toBeLessThan(30_000);
    expect(code).toBe(1);
    expect(output).toMatch(
      /PROBLEM +postgresql +PostgreSQL at 127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/,
    );
    expect(output).toMatch(/PROBLEM +temporal +Temporal at 127\.0\.0\.1:\d+ does not answer within 5 s\n/);
    expect(output).toMatch(/PROBLEM +cloud function +127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/);
    expect(output).toMatch(/warning +providers +getui could not be asked: /);
    expect(output).toMatch(/PROBLEM +supabase keys +ANON_KEY is no JWT\./);
    expect(output).toMatch(/warning +tables +Not looked at: PostgreSQL does not answer\./);
    expect(output).toMatch(/warning +pollers +Not looked at: Temporal does not answer\./);
    expect(output).toMatch(/Not healthy: \d+ problem\(s\), \d+ warning\(s\)\.\n$/);
    for (const secret of [...Object.values(secrets), 'the-password'].filter((value) => value !== 'getui-app'))
      expect(output).not.toContain(secret);
    expect(await readdir(folder)).toEqual([]);
  });

  test('has an answer soon where parts take connections and say nothing, and names what could not be looked at', async () => {
    const silent = openSilent();
    const ports = await Promise.all(silent.map(portOf));
    const [database, temporal, cloud] = ports;
    const started = Date.now();
    try {
      const { code, output } = await finish(['doctor'], {
        DATA_DIR: path.join(folder, 'silent'),
        DATABASE_URL: `postgresql://shop:x@127.0.0.1:${database}/shop`,
        TEMPORAL_ADDRESS: `127.0.0.1:${temporal}`,
        CLOUD_FUNC_URL: `http://127.0.0.1:${cloud}/push`,
        API_KEYS: 'the-key-of-the-shop-0123456789',
        UNSIGNED_WEBHOOKS: 'allow',
      });
      expect(Date.now() - started).toBeLessThan(30_000);
      expect(code).toBe(1);
      expect(output).toMatch(/PROBLEM +postgresql +PostgreSQL at 127\.0\.0\.1:\d+ does not answer/);
      expect(output).toMatch(/PROBLEM +temporal +Temporal at 127\.0\.0\.1:\d+ does not answer within 5 s/);
      expect(output).toMatch(/warning +words +Not looked at: PostgreSQL does not answer\./);
      expect(output).toMatch(/warning +sweep +Not looked at: Temporal does not answer\./);
      expect(output).toMatch(/Not healthy: \d+ problem\(s\)/);
    } finally {
      for (const server of silent) server.close();
    }
  });

  test('says all wrong settings at once', async () => {
    const wrong = {
      DATA_DIR: folder,
      PORT: 'seven',
      NODE_ENV: 'production',
      SUPA_URL: 'https://old.example',
    };
    const { code, output } = await finish(['doctor', '--json'], wrong);
    expect(code).toBe(1);
    const { healthy, findings } = JSON.parse(output) as Told;
    expect(healthy).toBe(false);
    const said = findings.map(({ message }) => message.split(/[: ]/)[0]);
    expect(said).toEqual(
      expect.arrayContaining(['PORT', 'DATABASE_URL', 'TEMPORAL_ADDRESS', 'API_KEYS', 'SUPA_URL']),
    );
    expect(output).not.toContain('old.example');
  });

  test('before the first start of a checkout finds nothing wrong', async () => {
    const names = ['PORT', 'PUSH_PORT', 'POSTGRES_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'];
    const free = await freePorts(names.length);
    const settings = Object.fromEntries(names.map((name, index) => [name, `${free[index]}`]));
    const { code, output } = await finish(['doctor'], { ...settings, DATA_DIR: path.join(folder, 'none') });
    expect(output).toContain('PostgreSQL is embedded, and Waybell is not started.');
    expect(output).toContain('Temporal is embedded, and Waybell is not started.');
    expect(code).toBe(0);
  });
});

describe('waybell doctor on the database of a shop', () => {
  const shop = useShop();
  let product: Product | undefined;
  const role = `doctor_${process.pid}`;
  use(async () => {
    await shop.db.pool.query(`create role ${role} login password 'x' bypassrls`);
    return { close: () => shop.db.pool.query(`drop owned by ${role}; drop role ${role}`) };
  });
  afterEach(() => product?.end('SIGKILL'));

  const asRole = (): Record<string, string> => {
    const url = new URL(shop.db.url);
    url.username = role;
    url.password = 'x';
    return { ...shop.settings, DATABASE_URL: url.href };
  };

  test('names missing migrations and mends what needs no decision', async () => {
    const before = await finish(['doctor', '--json', '--fix'], shop.settings);
    expect(before.code).toBe(1);
    const { findings, repaired } = JSON.parse(before.output) as Told;
    expect(repaired.map(({ check, done }) => [check, done])).toEqual([
      ['namespace', true],
      ['namespace', true],
      ['sweep', true],
      ['silent devices', true],
      ['retention', true],
    ]);
    const problems = findings.filter(({ level }) => level === 'problem').map(({ check }) => check);
    expect(new Set(problems)).toEqual(new Set(['migrations', 'tables']));
    for (const finding of findings) {
      expect(Object.keys(finding)).toEqual(expect.arrayContaining(['check', 'level', 'message', 'fixable']));
    }

    await migrate(shop.db.url, () => undefined);
    const after = await finish(['doctor'], shop.settings);
    expect(after.output).not.toContain('PROBLEM');
    expect(after.code).toBe(0);
  });

  test(
    'finds a running Waybell healthy without asking its cloud function; a drift is an alarm within 30 s',
    async () => {
      await shop.db.pool.query(`
        grant usage on schema waybell to ${role};
        grant select, insert, update, delete on all tables in schema public, waybell to ${role};
      `);
      product = runProduct(['start'], asRole());
      await product.ready();
      const healthy = await finish(['doctor'], asRole());
      expect(healthy.output).not.toContain('PROBLEM');
      expect(healthy.output).toContain('Every webhook is handed over to Temporal.');
      expect(healthy.output).toContain('No journal of an API process is missing.');
      expect(healthy.output).toContain('The clocks of this machine and of Temporal go together.');
      expect(healthy.output).toContain(
        'Schedule waybell-silent-devices acts every day; no run has ended yet.',
      );
      expect(healthy.output).toContain('A worker polls task queue waybell-push-unicloud.');
      expect(healthy.code).toBe(0);
      expect(shop.cloud.requests).toEqual([]);

      const { PORT, API_KEYS } = shop.settings;
      const alarmsSeen = async (): Promise<unknown> => {
        const answer = await fetch(`http://127.0.0.1:${PORT}/readyz`);
        return { status: answer.status, ...((await answer.json()) as { alarms: string[] }) };
      };
      expect(await alarmsSeen()).toMatchObject({ status: 200, alarms: [] });
      /** Changes the database, and waits for these alarms. A statement that was refused meanwhile raises its own. */
      const within30s = async (change: string, alarms: readonly string[]): Promise<void> => {
        await shop.db.pool.query(change);
        const changed = Date.now();
        for (;;) {
          const seen = (await alarmsSeen()) as { alarms: string[] };
          expect(Date.now() - changed).toBeLessThan(30_000);
          if (String(seen.alarms.filter((one) => one !== 'permission-refused')) === String(alarms)) return;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      };
      await within30s(`alter role ${role} nobypassrls; alter table ml_orders enable row level security`, [
        'rows-hidden',
      ]);
      // Webhooks are taken all the same: the process stays ready.
      expect(await alarmsSeen()).toMatchObject({ status: 200 });
      const metrics = await fetch(`http://127.0.0.1:${PORT}/metrics`, {
        headers: { authorization: `Bearer ${API_KEYS}` },
      });
      const text = await metrics.text();
      expect(text).toContain('waybell_alarm{name="rows-hidden"} 1');
      expect(text).toContain('waybell_alarm{name="migration-missing"} 0');
      expect(product.output()).toContain('alarm: rows-hidden: Row-level security may hide every row of');
      expect((await finish(['status'], asRole())).output).toMatch(/Alarms +rows-hidden/);
      const ill = await finish(['doctor'], asRole());
      expect(ill.code).toBe(1);
      expect(ill.output).toMatch(
        /PROBLEM +tables +Row-level security may hide every row of public\.ml_orders/,
      );
      // Healed by the statement that it names, as it stands there.
      const [, pasted = ''] = /-> As a superuser: (alter role [^;]+;)/.exec(ill.output) ?? [];
      await within30s(`${pasted} revoke update on push_devices from ${role}`, ['grant-missing']);
      await shop.db.pool.query('alter table ml_orders disable row level security');
      // The log comes by another way than the answer, and may be a little later.
      const lacks = `alarm: grant-missing: Role ${role} lacks UPDATE on public.push_devices (error 42501).`;
      await eventually(() => product?.output().includes(lacks) === true);
      expect(product.output()).toContain('alarm over: rows-hidden');
    },
    SLOW_MS,
  );
});

describe('waybell keys', () => {
  const run = (args: readonly string[], env: Record<string, string> = {}, input = '') => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'keys', ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      input,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const valuesIn = (text: string): Record<string, string> =>
    Object.fromEntries(
      [...text.matchAll(/^([A-Z_]+)=(.+)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );

  test('generate makes what verify accepts, and verify shows neither key nor secret', () => {
    const made = valuesIn(run(['generate']).stdout);
    expect(Object.keys(made)).toEqual(['JWT_SECRET', 'ANON_KEY', 'SERVICE_ROLE_KEY']);
    const verified = run(['verify'], made);
    expect(verified.status).toBe(0);
    expect(verified.stdout).toMatch(
      /^ANON_KEY fits the secret: role anon, until .+\nSERVICE_ROLE_KEY fits the secret: role service_role, until .+\n$/,
    );
    expect(JSON.parse(run(['verify', '--json'], { ...made, LANG: 'zh_CN.UTF-8' }).stdout)).toEqual(
      ['ANON_KEY', 'SERVICE_ROLE_KEY'].map((name) => ({
        level: 'ok',
        message: expect.stringContaining(`${name} fits the secret: role `),
        fix: null,
      })),
    );
    const wrong = run(['verify'], { ...made, SUPABASE_JWT_SECRET: 'another-secret-another-secret' });
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain('ANON_KEY was not signed with this secret (PGRST301).');
    const said = [verified, wrong].map(({ stdout, stderr }) => stdout + stderr).join('');
    for (const value of Object.values(made)) expect(said).not.toContain(value);
  });

  test('generate keeps a secret that is given, and refuses one that is short', () => {
    const secret = 'the-jwt-secret-of-the-shop-0123456789';
    const { status, stdout } = run(
      ['generate', '--secret-stdin', '--years', '2', '--issuer', 'supabase-1'],
      {},
      `${secret}\n`,
    );
    expect(status).toBe(0);
    expect(Object.keys(valuesIn(stdout))).toEqual(['ANON_KEY', 'SERVICE_ROLE_KEY']);
    expect(stdout).not.toContain(secret);
    expect(run(['verify'], { ...valuesIn(stdout), JWT_SECRET: secret }).status).toBe(0);
    expect(run(['generate', '--secret-stdin'], {}, 'short\n')).toMatchObject({ status: 1, stdout: '' });
    expect(run(['generate', '--years', 'many']).status).toBe(2);
  });

  test('verify says what is missing', () => {
    expect(run(['verify'])).toMatchObject({ status: 1, stdout: '' });
    expect(run(['verify'], { JWT_SECRET: 'x'.repeat(40) }).stderr).toContain(
      'ANON_KEY or SERVICE_ROLE_KEY is not set',
    );
  });
});
