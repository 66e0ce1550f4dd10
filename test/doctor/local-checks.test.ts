import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { channels, ports, settings } from '../../src/doctor/checks/surroundings';
import { cloudFunction, providers } from '../../src/doctor/checks/pushing';
import { messageClasses } from '../../src/doctor/checks/message-classes';
import { dataFolder, type Place, whyItPasses } from '../../src/doctor/checks/data-folder';
import { journal } from '../../src/doctor/checks/journal';
import { supabaseKeys } from '../../src/doctor/checks/database';
import { generateKeys } from '../../src/doctor/keys';
import { freePorts } from '../setup/free-port';
import { listen, type LocalServer } from '../push/local-server';
import { away, levels, messages, useDoctorLab } from './doctor-lab';

/** Where Linux keeps a filesystem in memory for everybody. */
const MEMORY = '/dev/shm';
const HASH = 'a'.repeat(64);

describe('what the doctor sees on this machine', () => {
  const servers: { close(): Promise<unknown> }[] = [];
  const lab = useDoctorLab();
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  async function serve(handler: Parameters<typeof listen>[0]): Promise<LocalServer> {
    const server = await listen(handler);
    servers.push(server);
    return server;
  }
  const us = (role: 'all' | 'api' = 'all') => [{ role, pid: process.pid, identity: '', since: new Date() }];

  test('valid settings, and those of the old system', async () => {
    const found = await lab.findings(settings, {}, { idle: ['SUPA_URL is not used any more.'] });
    expect(levels(found)).toEqual(['ok', 'warning']);
  });

  test('a trial, in which people are not told', async () => {
    const found = await lab.findings(settings, { SHADOW: '1', PUSH_ONLY_TO: 'a,b' });
    expect(levels(found)).toEqual(['ok', 'warning', 'warning']);
    expect(messages(found)).toContain('tells nobody');
    expect(messages(found)).toContain('only 2 owners or phones');
  });

  describe('ports', () => {
    async function fivePorts(): Promise<Record<string, string>> {
      const names = ['PORT', 'PUSH_PORT', 'POSTGRES_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'];
      const free = await freePorts(names.length);
      return Object.fromEntries(names.map((name, index) => [name, `${free[index]}`]));
    }
    async function hold(port: string | undefined): Promise<void> {
      const server = createServer().listen(Number(port), '127.0.0.1');
      await once(server, 'listening');
      servers.push({ close: () => once(server.close(), 'close') });
    }

    test('that are free before a start, or held by somebody else', async () => {
      const own = await fivePorts();
      expect(levels(await lab.findings(ports, own))).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
      await hold(own['PUSH_PORT']);
      const found = await lab.findings(ports, own);
      expect(levels(found)).toEqual(['ok', 'problem', 'ok', 'ok', 'ok']);
      expect(messages(found)).toContain(`(PUSH_PORT) is taken by process ${process.pid} (`);
    });

    test('that a running Waybell holds, or does not', async () => {
      const own = await fivePorts();
      for (const name of ['PORT', 'POSTGRES_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'])
        await hold(own[name]);
      const found = await lab.findings(ports, own, { running: us() });
      expect(levels(found)).toEqual(['ok', 'problem', 'ok', 'ok', 'ok']);
      expect(messages(found)).toContain(
        `is held by Waybell, process ${process.pid}: its embedded PostgreSQL.`,
      );
      expect(messages(found)).toContain(`Nothing listens on port ${own['PUSH_PORT']} (PUSH_PORT)`);
      const others = [{ ...us()[0]!, pid: 1 }];
      expect(levels(await lab.findings(ports, own, { running: others }))[0]).toBe('problem');
    });
  });

  describe('channels', () => {
    const write = async (...stored: object[]): Promise<void> => {
      const file = path.join(lab.dataDir, 'channels.json');
      const created = '2026-03-01T00:00:00Z';
      const whole = stored.map((one, index) => ({ source: 'sf', name: `c${index}`, created, ...one }));
      await writeFile(file, JSON.stringify({ version: 1, channels: whole }));
      await chmod(file, 0o600);
    };
    const token = { sha256: HASH };

    test('that are not there, that are good, and that refuse everything', async () => {
      expect(messages(await lab.findings(channels))).toBe('There are no channels.');
      await write({ tokens: [token], secrets: [{ value: 'a-secret-of-the-carrier' }] });
      expect(levels(await lab.findings(channels))).toEqual(['ok']);
      const past = '2026-01-01T00:00:00Z';
      await write(
        { tokens: [token], secrets: [{ value: 'a-secret-of-the-carrier', expiresAt: past }] },
        { tokens: [{ sha256: 'b'.repeat(64), expiresAt: past }], secrets: [], unsigned: true },
        {
          tokens: [{ sha256: 'c'.repeat(64) }],
          secrets: [
            { value: 'a-secret-of-the-carrier', expiresAt: new Date(Date.now() + 86_400_000).toISOString() },
          ],
        },
      );
      const found = await lab.findings(channels);
      expect(messages(found)).toBe(
        [
          'Channel sf c0 has no valid secret: it refuses everything.',
          'Channel sf c1 has no valid URL: it refuses everything.',
          'Channel sf c2: its last secret expires within 7 days.',
        ].join('\n'),
      );
      expect(levels(found)).toEqual(['problem', 'problem', 'warning']);
      expect(JSON.stringify(found)).not.toContain('a-secret-of-the-carrier');
    });

    test('that have no secret: where the source signs, anybody who learns the URL can send', async () => {
      await write(
        { source: 'kuaidi100', tokens: [token], secrets: [], unsigned: true },
        { tokens: [{ sha256: 'b'.repeat(64) }], secrets: [], unsigned: true },
      );
      const found = await lab.findings(channels);
      expect(levels(found)).toEqual(['warning']);
      expect(messages(found)).toMatch(
        /^Channel kuaidi100 c0 takes webhooks without proof, though .+ signs them: /,
      );
      expect(found[0]?.fix).toBe('waybell channels rotate kuaidi100 c0 --secret-stdin');
    });

    test('a file that is broken, or that others may read', async () => {
      await write({ tokens: [token], secrets: [{ value: 'a-secret-of-the-carrier' }] });
      const file = path.join(lab.dataDir, 'channels.json');
      await chmod(file, 0o644);
      expect(levels(await lab.findings(channels))).toEqual(['warning', 'ok']);
      await writeFile(file, '{"version":1,"channels":[{"secret":"hidden"');
      const found = await lab.findings(channels);
      expect(levels(found)).toEqual(['problem']);
      expect(messages(found)).toContain('is not a file of channels: it is not JSON');
      expect(messages(found)).not.toContain('hidden');
    });
  });

  describe('message classes', () => {
    const FUNCTION = { CLOUD_FUNC_URL: 'https://function.example/push' };
    const told = {
      honor: { importance: 'NORMAL' },
      xiaomi: { channel: '1', template: 'P1' },
      oppo: { category: 'ORDER', template: '1' },
      meizu: { noticeMsgType: 1 },
    };

    test('of the makers whose phones stay silent, and how many of those there are', async () => {
      await lab.db.pool.query(
        `insert into push_devices (appid, cid, user_id, provider, brand)
         values ('a', 'c-1', 'u', 'unicloud', 'Redmi'), ('a', 'c-2', 'u', 'unicloud', 'xiaomi'), ('a', 'c-3', 'u', 'fcm', 'POCO')`,
      );
      const found = await lab.findings(messageClasses, FUNCTION);
      expect(levels(found)).toEqual(['ok', 'warning', 'warning', 'warning', 'warning']);
      expect(messages(found)).toContain(
        'Phones of Xiaomi, Redmi, POCO (2 of the phones that were seen last) stay silent: one a day',
      );
      expect(found[2]?.fix).toContain('set channel and template in MESSAGE_CLASSES.xiaomi;');
      expect(levels(await lab.findings(messageClasses))).toEqual(['ok']);
      const blind = await lab.findings(messageClasses, FUNCTION, { database: away('PostgreSQL') });
      expect(blind).toHaveLength(5);
    });

    test('that every maker gets, that an app takes away, and that a function does not pass on', async () => {
      const classes = { ...told, apps: { merchant: { honor: { importance: 'LOW' } } } };
      const fields = { c: 'push_clientid', t: 'title', w: 'content' };
      const settings = {
        ...FUNCTION,
        MESSAGE_CLASSES: JSON.stringify(classes),
        CLOUD_FUNC_FIELDS: JSON.stringify({ fields }),
      };
      const found = await lab.findings(messageClasses, settings);
      expect(levels(found)).toEqual(['ok', 'warning', 'warning']);
      expect(found[1]?.fix).toContain('set importance in MESSAGE_CLASSES.apps.merchant.honor;');
      expect(found[2]?.message).toContain('gives the function no options');
    });
  });

  describe('the journal', () => {
    test('with room, nearly full, or where nothing can be written', async () => {
      expect(levels(await lab.findings(journal, { JOURNAL_MAX_MB: '1' }))).toEqual(['ok', 'ok']);
      const folder = path.join(lab.dataDir, 'journal');
      await mkdir(folder);
      await writeFile(path.join(folder, '000001.log'), Buffer.alloc(900 * 1024));
      const full = await lab.findings(journal, { JOURNAL_MAX_MB: '1' });
      expect(levels(full)).toEqual(['ok', 'problem']);
      expect(messages(full)).toContain('The journal is nearly full: 1 MB of at most 1 MB');
      expect(levels(await lab.findings(journal, { JOURNAL_MAX_MB: '100000000' }))).toEqual(['ok', 'warning']);
      // Not a folder, which stops even the superuser that tests may run as.
      const file = path.join(lab.dataDir, 'a-file');
      await writeFile(file, '');
      expect(messages(await lab.findings(journal, { DATA_DIR: file }))).toContain('cannot be written');
    });

    test.each([
      [0, 0, 'ok', 'Every webhook is handed over to Temporal.'],
      [3, 2, 'ok', '3 webhook(s) are being handed over.'],
      [3, 75, 'problem', '3 webhook(s) are not handed over to Temporal, the oldest for 75 s.'],
    ])(
      'of a running Waybell with %s entries, the oldest %s s old',
      async (waiting, seconds, level, words) => {
        const body = JSON.stringify({ ok: true, journal: { waiting, oldest_seconds: seconds } });
        const { url } = await serve((_, response) => response.end(body));
        const found = await lab.findings(journal, { PORT: new URL(url).port }, { running: us('api') });
        expect(found.at(-1)).toMatchObject({ level, message: words });
      },
    );

    test('of a running Waybell that does not answer', async () => {
      const [port] = await freePorts(1);
      const found = await lab.findings(journal, { PORT: `${port}` }, { running: us() });
      expect(found.at(-1)?.message).toContain('/readyz does not answer');
    });
  });

  describe('the data folder', () => {
    const LASTING: Place = {
      ...{ folder: '/var/lib/waybell', temporaryFolders: ['/tmp', '/var/folders/x'], platform: 'linux' },
      // ext4
      ...{ filesystem: 0xef53, isOnRootDevice: false, isInContainer: false },
    };
    const [TMPFS, RAMFS, OVERLAY] = [0x01021994, 0x858458f6, 0x794c7630];

    test.each<[string, Partial<Place>, ReturnType<typeof whyItPasses>]>([
      ['a disk', {}, undefined],
      ['the disk of the system', { isOnRootDevice: true }, undefined],
      ['a volume of a container', { isInContainer: true }, undefined],
      ['an overlay that somebody mounted', { filesystem: OVERLAY }, undefined],
      ['a folder that is called alike', { folder: '/tmp-of-the-shop/data' }, undefined],
      ['a folder whose name begins with dots', { folder: '/..data' }, undefined],
      ['tmpfs', { filesystem: TMPFS }, 'in-memory'],
      ['ramfs on a volume', { filesystem: RAMFS, isInContainer: true }, 'in-memory'],
      ['the layer of a container', { isInContainer: true, isOnRootDevice: true }, 'container-layer'],
      ['an overlay in a container', { isInContainer: true, filesystem: OVERLAY }, 'container-layer'],
      ['a root that is an overlay', { filesystem: OVERLAY, isOnRootDevice: true }, 'container-layer'],
      ['/tmp', { folder: '/tmp' }, 'temporary'],
      ['a folder in /tmp', { folder: path.join('/tmp', 'data'), isOnRootDevice: true }, 'temporary'],
      ['a temporary folder of macOS', { folder: '/var/folders/x/data', platform: 'darwin' }, 'temporary'],
      ['a number of tmpfs on another system', { filesystem: TMPFS, platform: 'darwin' }, undefined],
    ])('on %s', (_, place, passing) => {
      expect(whyItPasses({ ...LASTING, ...place })).toBe(passing);
    });

    test('that is not there yet is judged by where it will be', async () => {
      const [found] = await lab.findings(dataFolder, { DATA_DIR: path.join(lab.dataDir, 'not', 'there') });
      // In a container the folder for temporary files is of its layer.
      expect(found?.message).toMatch(/folder for temporary files|container itself|in memory/);
      expect(found).toMatchObject({ level: 'warning', fix: expect.stringContaining('DATA_DIR') });
    });

    test('in memory is told as that, where it is known how a file system in memory is called', async () => {
      const [found] = await lab.findings(dataFolder, { DATA_DIR: path.join(MEMORY, 'of-a-shop') });
      expect(found?.message.includes('is in memory')).toBe(process.platform === 'linux');
    });
  });

  describe('the cloud function', () => {
    test('is reached without a single byte of a request', async () => {
      let bytes = 0;
      const server = createServer((socket) => socket.on('data', (chunk) => (bytes += chunk.length)));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const found = await lab.findings(cloudFunction, { CLOUD_FUNC_URL: `http://127.0.0.1:${port}/push` });
      expect(levels(found)).toEqual(['ok', 'ok']);
      expect(messages(found)).toContain('nothing was sent to it');
      await once(server.close(), 'close');
      expect(bytes).toBe(0);
      const gone = await lab.findings(cloudFunction, { CLOUD_FUNC_URL: `http://127.0.0.1:${port}/push` });
      expect(gone[0]).toMatchObject({ level: 'problem' });
      expect(gone[0]?.message).toContain('ECONNREFUSED');
    });

    test('is judged by the shape of its last answers', async () => {
      const { url } = await serve((_, response) => response.end());
      const push = (code: string): Promise<unknown> =>
        lab.db.pool.query(
          `insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round, code, answered_at)
           values ($1, 'd', 'w', 'c', 'unicloud', 'failed', 1, $1, now())`,
          [code],
        );
      await push('online');
      const settingsOfIt = { CLOUD_FUNC_URL: url };
      expect(messages(await lab.findings(cloudFunction, settingsOfIt))).toContain('have the right shape');
      await push('unparseable');
      await push('broadcast');
      const found = await lab.findings(cloudFunction, settingsOfIt);
      expect(levels(found)).toEqual(['ok', 'problem', 'warning']);
      expect(messages(found)).toContain('ended with broadcast: it sent to every phone instead of one');
    });
  });

  describe('Supabase keys', () => {
    const { secret, anonKey, serviceRoleKey } = generateKeys({ issuer: 'supabase', years: 1 });
    const keys = [
      { variable: 'ANON_KEY', role: 'anon' as const, value: anonKey },
      { variable: 'SERVICE_ROLE_KEY', role: 'service_role' as const, value: serviceRoleKey },
    ];
    const jwt = {
      DATABASE_URL: 'postgresql://a@b/c',
      UNSIGNED_WEBHOOKS: 'allow',
      CLOUD_FUNC_URL: 'http://f',
      DEVICE_REGISTRATION: 'jwt',
      SUPABASE_JWT_SECRET: secret,
    };

    test('that fit; and that do not, which matters where apps bring access tokens', async () => {
      const fitting = { supabase: { secret: { variable: 'SUPABASE_JWT_SECRET', value: secret }, keys } };
      expect(levels(await lab.findings(supabaseKeys, jwt, fitting))).toEqual(['ok', 'ok']);
      const other = { supabase: { secret: { variable: 'JWT_SECRET', value: 'x'.repeat(40) }, keys } };
      expect(levels(await lab.findings(supabaseKeys, jwt, other))).toEqual(['problem', 'problem']);
      expect(levels(await lab.findings(supabaseKeys, {}, other))).toEqual(['warning', 'warning']);
      expect(levels(await lab.findings(supabaseKeys, {}, { supabase: { secret: undefined, keys } }))).toEqual(
        ['warning'],
      );
      expect(levels(await lab.findings(supabaseKeys))).toEqual(['ok']);
    });
  });

  test('a provider that refuses our keys, one that takes them, one whose file is not there, one that is held', async () => {
    const asked: string[] = [];
    const getui = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end(
        asked.length === 1 ? '{"code":0,"data":{"token":"t"}}' : '{"code":10002,"msg":"sign error"}',
      );
    });
    const keys = {
      GETUI_APP_ID: 'app',
      GETUI_APP_KEY: 'the-app-key',
      GETUI_MASTER_SECRET: 'the-master-secret',
      GETUI_URLS: getui.url,
    };
    expect(messages(await lab.findings(providers, keys))).toBe('getui takes our credentials.');
    const refused = await lab.findings(providers, { ...keys, FCM_SERVICE_ACCOUNT: '/nowhere/fcm.json' });
    expect(levels(refused)).toEqual(['problem', 'problem']);
    expect(messages(refused)).toContain('getui refuses our credentials: auth: 10002 sign error.');
    expect(messages(refused)).toContain('FCM_SERVICE_ACCOUNT: the file cannot be read');
    expect(JSON.stringify(refused)).not.toMatch(/the-app-key|the-master-secret/);
    expect(asked).toEqual(['POST /v2/app/auth', 'POST /v2/app/auth']);

    await lab.db.pool.query(
      `insert into waybell.push_circuits (provider, cause, words, probe_at) values ('fcm', 'credential', 'revoked', now())`,
    );
    expect(messages(await lab.findings(providers))).toMatch(
      /^All pushes of fcm wait since .+ \(credential\): revoked$/,
    );
    expect(await lab.findings(providers, {}, { database: away('PostgreSQL') })).toEqual([]);
  });
});
