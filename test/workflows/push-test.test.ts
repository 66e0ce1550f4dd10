import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pushTestCommand } from '../../src/cli/push-test';
import { openHold, endHold } from '../../src/database/held';
import { deleteOldPushTests, recordTestReports } from '../../src/database/push-tests';
import { loadConfig } from '../../src/config/config';
import { toldClassOf } from '../../src/push/classes/silent-makers';
import { outlookOf } from '../../src/shipment/push-test';
import { serveDeliveries } from '../api/delivery-api';
import { eventually, useLab, type WorkerChange } from '../setup/delivery-lab';
import { gone, refused } from '../setup/cloud-function';
import { use } from '../setup/use';

const lab = useLab();
const api = use(() => serveDeliveries(lab));

const before = { ...process.env };
let output: string[];
beforeEach(async () => {
  await lab.db.pool.query('delete from waybell.push_tests');
  Object.assign(process.env, {
    PORT: new URL(api.url).port,
    HOST: '127.0.0.1',
    API_KEYS: '',
    DATABASE_URL: '',
  });
  output = [];
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => void output.push(String(line)));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
  process.exitCode = undefined;
});

async function type(...args: string[]): Promise<{ out: string; code: unknown }> {
  output = [];
  process.exitCode = undefined;
  await pushTestCommand().parseAsync(args, { from: 'user' });
  return { out: output.join('\n'), code: process.exitCode };
}
const withWorker = (work: () => Promise<void>, change: WorkerChange = {}): Promise<void> =>
  lab.withWorker(work, (activities) => activities, change);

/** The phone of a running app, which says at once that it has shown the message. */
async function receipt(cid: string): Promise<void> {
  let id: string | undefined;
  await eventually(() => {
    id = lab.cloud.requests.find((one) => one.push_clientid === cid)?.payload.notificationId;
    return Promise.resolve(id !== undefined);
  });
  await eventually(async () => {
    const json = { message_id: id, cid, event: 'clicked' };
    return (await api.call('POST', '/api/v1/push/receipts', { json })).status === 200;
  });
}

describe('a push test', () => {
  test('goes the way of every push, and each step is told until the receipt', async () => {
    await withWorker(
      async () => {
        const cid = await lab.registerDevice({ userId: 'u-1', merchantId: 'm-1' });
        const [{ out, code }] = await Promise.all([type(cid), receipt(cid)]);
        expect(code).toBe(0);
        const [request] = lab.cloud.requests.filter((one) => one.push_clientid === cid);
        expect(request).toMatchObject({
          title: '推送测试',
          payload: { notificationId: expect.stringMatching(/^push-test:/) },
        });
        expect(
          out
            .split('\n')
            .map((line) => line.slice(0, 10).trim())
            .filter(Boolean),
        ).toEqual([...['phone', 'test', 'Temporal', 'sent', 'answer', 'receipt', 'expect']]);
        expect(out).toContain(`…${cid.slice(-4)} of the app default, platform not said, by unicloud`);
        expect(out).toContain('of user u-1 and merchant m-1; registered 20');
        expect(out).toContain(`request id ${request?.request_id}`);
        expect(out).toContain('accepted online successed_online');
        expect(out).toMatch(/receipt {4}clicked 20/);
        expect(out).not.toContain(cid);
      },
      // It has a queue of its own.
      { rates: { unicloud: 100 } },
    );
  });

  test('says what the provider refused, and retires no phone for it', async () => {
    await withWorker(async () => {
      const [dead, wrong] = await Promise.all([
        lab.registerDevice({ userId: 'u-2' }),
        lab.registerDevice({ userId: 'u-2' }),
      ]);
      lab.cloud.answer(dead, gone);
      lab.cloud.answer(wrong, refused);
      expect(await type(dead)).toMatchObject({
        code: 1,
        out: expect.stringMatching(/answer {5}failed invalid_cid/),
      });
      const { out, code } = await type(wrong, '--json');
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
        state: 'failed',
        code: 'bad_payload',
        words: expect.stringContaining('20001'),
        device: { cid: wrong, user_id: 'u-2' },
        shown_at: null,
      });
      const { rows } = await lab.db.pool.query(`select is_active from push_devices where user_id = 'u-2'`);
      expect(rows).toEqual([{ is_active: true }, { is_active: true }]);
    });
  });

  test('waits no longer for a receipt than it is told, and says that none came', async () => {
    await withWorker(async () => {
      const cid = await lab.registerDevice({ userId: 'u-3' });
      const { out, code } = await type(cid, '--wait', '0');
      expect(code).toBe(0);
      expect(out).toContain('none within 0 s. Look at the phone');
      // GeTui tells later, of the name that it gave the message, what became of it.
      await lab.db.pool.query(`update waybell.push_tests set provider = 'getui', provider_id = 'RASS_9'`);
      const lost = { cid, providerId: 'RASS_9', lossReason: 'notifications_off', lossWords: '10' };
      const report = (...said: (typeof lost)[]) => recordTestReports(lab.db.pool, 'getui', said);
      expect([await report(lost), await report({ ...lost, providerId: 'RASS_8' })]).toEqual([1, 0]);
      const { rows } = await lab.db.pool.query('select loss_reason, delivered_at from waybell.push_tests');
      expect(rows).toEqual([{ loss_reason: 'notifications_off', delivered_at: null }]);
    });
  });

  test('sends nothing where the settings keep the phone from being told, or its provider is held', async () => {
    const cid = await lab.registerDevice({ userId: 'u-4' });
    const nothingSent = async (words: RegExp, change: WorkerChange = {}): Promise<void> => {
      await lab.db.pool.query('delete from waybell.push_tests');
      await withWorker(async () => {
        expect(await type(cid)).toMatchObject({ code: 1, out: expect.stringMatching(words) });
      }, change);
    };
    await nothingSent(/answer {5}withheld shadow[\s\S]*Nothing was sent/, { shadow: true });
    await nothingSent(/answer {5}withheld not_listed[\s\S]*PUSH_ONLY_TO/, { pushOnlyTo: ['u-5'] });
    await lab.db.pool.query('delete from waybell.push_tests');
    // Its first step was taken by a worker that was no shadow yet.
    await lab.withWorker(
      async () => expect((await type(cid)).out).toContain('withheld shadow'),
      (activities) => ({ ...activities, preparePushTest: () => Promise.resolve({ goes: true }) }),
      { shadow: true },
    );
    await openHold(lab.db.pool, 'unicloud', { cause: 'quota', words: 'used up', probed: true });
    await nothingSent(/answer {5}held held_quota used up[\s\S]*Nothing was sent/);
    await endHold(lab.db.pool, 'unicloud');
    expect(lab.cloud.countFor(cid)).toBe(0);
    await withWorker(async () => expect((await type(cid, '--wait', '0')).code).toBe(0), {
      pushOnlyTo: ['U-4'],
    });
  });

  test('refuses a phone that is not registered, or is retired, and says what to do', async () => {
    await expect(type('nobody-has-it')).rejects.toThrow(/\(404\).*must send POST \/api\/v1\/push\/register/);
    const cid = await lab.registerDevice({ userId: 'u-6' });
    await api.call('POST', '/api/v1/push/unregister', { json: { cid } });
    await expect(type(cid)).rejects.toThrow(
      /\(409\).*retired \(unregistered: .*back once its app registers it/,
    );
    await expect(type(cid, '--appid', 'other')).rejects.toThrow('registered for the app other');
    const unknown = await api.call('GET', '/api/v1/push-tests/x');
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'push-test-unknown']);
    const foreign = { message_id: 'push-test:x', cid, event: 'shown' };
    expect((await api.call('POST', '/api/v1/push/receipts', { json: foreign })).json['code']).toBe(
      'push-unknown',
    );
  });

  test('is bounded, whoever asks; is written down without the cid; and is forgotten', async () => {
    const cid = await lab.registerDevice({ userId: 'u-7' });
    const ask = (): ReturnType<typeof api.call> => api.call('POST', '/api/v1/push-tests', { json: { cid } });
    const statuses: number[] = [];
    for (let i = 0; i < 11; i += 1) statuses.push((await ask()).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    const { rows } = await lab.db.pool.query<{ asked: string }>(
      `select asked from waybell.audit where action = 'startPushTest' order by id desc limit 1`,
    );
    expect(rows[0]?.asked).toBe(JSON.stringify({ cid_ends: cid.slice(-4), appid: 'default' }));
    await lab.db.pool.query(`update waybell.push_tests set asked_at = now() - interval '8 days'`);
    expect(await deleteOldPushTests(lab.db.pool)).toEqual({ more: false });
    expect((await lab.db.pool.query('select from waybell.push_tests')).rowCount).toBe(0);
    await withWorker(async () => {
      // Their tests are gone, and they end without a message.
      await eventually(async () => {
        const query = `WorkflowType = 'TestPush' and TaskQueue = '${lab.temporal.taskQueue}' and ExecutionStatus = 'Running'`;
        return (await lab.temporal.client.workflow.count(query)).count === 0;
      });
    });
    expect(lab.cloud.countFor(cid)).toBe(0);
  });
});

const UNKNOWN = { notifications: null, told: undefined };

test('what to expect of a phone follows from provider and platform, in both languages', () => {
  const phones = ['unicloud', 'getui', 'fcm', 'apns', 'webpush'].flatMap((provider) =>
    [null, 'android', 'iOS', 'harmony'].map((platform) => ({ provider, platform, ...UNKNOWN })),
  );
  for (const phone of phones) expect(outlookOf(phone)).not.toEqual([]);
  const words = (provider: string, platform: string | null): string =>
    outlookOf({ provider, platform, ...UNKNOWN })
      .map(({ en }) => en)
      .join(' ');
  expect(words('unicloud', 'android')).toContain('the maker of an Android phone decides');
  expect(words('unicloud', 'iOS')).not.toContain('Android');
  expect(words('getui', 'HarmonyOS')).toContain('AppGallery Connect');
});

test('what its maker is told, and whether it may show anything, is said of a phone whose app has told who made it', () => {
  const outlook = (classes: string, phone: Partial<Parameters<typeof toldClassOf>[1]>) => {
    const { MESSAGE_CLASSES } = loadConfig({ MESSAGE_CLASSES: classes }).push;
    const whole = { appid: 'default', provider: 'unicloud', brand: null, platform: 'android', ...phone };
    const told = toldClassOf(MESSAGE_CLASSES, whole);
    return outlookOf({ ...whole, notifications: 'denied', told });
  };
  const words = (...about: Parameters<typeof outlook>): string =>
    outlook(...about)
      .map(({ en }) => en)
      .join(' ');
  const xiaomi = '{"xiaomi":{"channel":"1","template":"P1"}}';
  expect(words('{}', { brand: 'Redmi' })).toMatch(
    /^When the app registered last, notifications were switched off.*MESSAGE_CLASSES.xiaomi lacks channel and template/,
  );
  expect(words(xiaomi, { brand: 'Redmi' })).toContain('Xiaomi is told a class');
  expect(words(`{"apps":{"desk":${xiaomi}}}`, { brand: 'POCO' })).toContain('lacks channel');
  expect(words(`{"apps":{"desk":${xiaomi}}}`, { brand: 'POCO', appid: 'desk' })).toContain('is told a class');
  expect(words('{}', { brand: 'HUAWEI', platform: 'harmony' })).toContain('HarmonyOS is told a class');
  expect(words('{}', { brand: 'samsung' })).toContain('the maker of an Android phone decides');
  for (const phone of [
    { brand: 'HUAWEI', platform: 'ios' },
    { brand: 'Redmi', provider: 'fcm' },
  ])
    expect(words('{}', phone)).not.toMatch(/MESSAGE_CLASSES|is told a class/);
  for (const { zh } of outlook('{}', { brand: 'OPPO' })) expect(zh).toMatch(/。$/);
});
