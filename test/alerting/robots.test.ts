import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { ALARM_NAMES } from '../../src/alarms';
import { CAUSES } from '../../src/alerting/causes';
import { composeMessage, type AlarmMessage } from '../../src/alerting/message';
import { FORMS } from '../../src/alerting/robots/registry';
import { tellRobot, type Told } from '../../src/alerting/send';
import { ROBOT_KINDS, type RobotKind } from '../../src/config/alarms';
import { loadConfig, SettingsError } from '../../src/config/config';
import type { Cause } from '../../src/database/alarms';
import { verifyStandardWebhook } from '../../src/sources/reading/proof';
import { alarmSettings, says, startRobot, TAKEN, type LocalRobot } from './robot';

const cause = (change: Partial<Cause> = {}): Cause => ({
  ...{
    name: 'provider-down',
    subject: 'unicloud',
    detail: 'ECONNREFUSED: <no> [way](http://evil.example) @all',
  },
  ...{ beganAt: new Date('2026-02-06T02:11:00Z'), endedAt: null },
  ...change,
});
const manner = { language: 'zh', zone: 'Asia/Shanghai', place: 'shop-1' } as const;
const message = composeMessage([cause()], manner);

let robot: LocalRobot;
beforeAll(async () => {
  robot = await startRobot();
});
beforeEach(() => {
  robot.asked.length = 0;
});
afterAll(() => robot.close());

function tell(kind: RobotKind, told: AlarmMessage = message, secret?: string): Promise<Told> {
  const { robots, privateHosts } = alarmSettings(robot.urlAs(kind, secret));
  const [one] = robots;
  if (one === undefined) throw new Error('no robot');
  return tellRobot(one, told, privateHosts, AbortSignal.timeout(60_000));
}

interface Sent {
  readonly markdown?: { readonly content?: string; readonly title?: string; readonly text?: string };
  readonly text?: string;
  readonly timestamp?: string;
  readonly sign?: string;
  readonly content?: {
    readonly post: { readonly zh_cn: { readonly content: { readonly text: string }[][] } };
  };
}
const sent = (): Sent => JSON.parse(robot.asked.at(-1)?.body ?? '') as Sent;

test('every cause has a sentence in both languages and a command', () => {
  expect(Object.keys(CAUSES).sort()).toEqual([...ALARM_NAMES].sort());
  for (const { sentence, command } of Object.values(CAUSES)) {
    const { en, zh } = sentence('x');
    expect(en).toMatch(/^[\x20-\x7e]+[.]$/);
    expect(zh).toMatch(/\p{Script=Han}.*。$/u);
    expect(command('x')).toMatch(/^npx waybell [a-z]+/);
  }
});

describe('a robot', () => {
  test.each(ROBOT_KINDS)('of %s takes a message, and is asked once', async (kind) => {
    robot.answer(says(200, TAKEN[kind]));
    expect(await tell(kind)).toEqual({ verdict: 'taken', words: '', pauseMs: 0 });
    expect(robot.asked).toHaveLength(1);
    expect(robot.asked[0]?.headers['content-type']).toMatch(/^application\/json/);
    expect(robot.asked[0]?.body).toContain('npx waybell providers list');
  });

  test.each<[RobotKind, number, string, string, number]>([
    ['wecom', 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', '93000 invalid webhook url', 0],
    [
      'wecom',
      200,
      '{"errcode":45009,"errmsg":"api freq out of limit"}',
      '45009 api freq out of limit',
      600_000,
    ],
    ['dingtalk', 200, '{"errcode":310000,"errmsg":"sign not match"}', '310000 sign not match', 0],
    ['dingtalk', 200, '{"errcode":130101,"errmsg":"send too fast"}', '130101 send too fast', 600_000],
    [
      'feishu',
      200,
      '{"code":19021,"msg":"sign match fail or timestamp is not within one hour"}',
      '19021 sign',
      0,
    ],
    ['feishu', 200, '{"code":11232,"msg":"frequency limited"}', '11232 frequency limited', 600_000],
    [
      'feishu',
      400,
      '{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}',
      '19001',
      0,
    ],
    ['slack', 404, 'no_service', 'HTTP 404 no_service', 0],
    ['slack', 429, 'rate_limited', 'HTTP 429 rate_limited', 30_000],
    ['plain', 500, '', 'HTTP 500', 0],
    ['wecom', 502, '<html>Bad Gateway</html>', 'HTTP 502, and no answer of a robot', 0],
    ['dingtalk', 200, '', 'HTTP 200, and no answer of a robot', 0],
    ['feishu', 302, '', 'HTTP 302, and no answer of a robot', 0],
  ])('of %s that answers %i %s has not taken it', async (kind, status, body, words, pauseMs) => {
    robot.answer(says(status, body, { 'retry-after': '30', location: 'http://127.0.0.1:1/' }));
    const told = await tell(kind);
    expect(told).toMatchObject({ verdict: 'refused', pauseMs });
    expect(told.words).toContain(words);
    expect(robot.asked).toHaveLength(1);
  });

  test('that closes the connection may have taken it', async () => {
    robot.answer((response) => void response.destroy());
    expect(await tell('wecom')).toMatchObject({ verdict: 'unclear' });
  });

  test('that is not there has not, and nothing of its URL is in the words', async () => {
    const gone = await startRobot();
    await gone.close();
    const { robots, privateHosts } = alarmSettings(gone.urlAs('wecom'));
    const [one] = robots;
    const told = one && (await tellRobot(one, message, privateHosts, AbortSignal.timeout(60_000)));
    expect(told).toMatchObject({ verdict: 'refused' });
    robot.answer(says(200, '{"errcode":93000,"errmsg":"key 4a1f6c0e9b7d4f52 is unknown"}'));
    expect([told?.words, (await tell('wecom')).words].join()).not.toContain('4a1f6c0e9b7d4f52');
  });

  test('inside the network is reached only where it is named', async () => {
    robot.answer(says(200, TAKEN.slack));
    const { robots } = loadConfig({
      ALARM_URLS: robot.urlAs('slack').replace('127.0.0.1', 'localhost'),
      ALARM_PRIVATE_HOSTS: 'localhost',
    }).alarms;
    const [one] = robots;
    if (one === undefined) throw new Error('no robot');
    const told = await tellRobot(one, message, [], AbortSignal.timeout(60_000));
    expect(told).toMatchObject({ verdict: 'refused', words: 'the host has a private address' });
    expect(robot.asked).toEqual([]);
  });
});

describe('a signature', () => {
  test('of DingTalk stands in the URL, and its secret is key and text', async () => {
    robot.answer(says(200, TAKEN.dingtalk));
    await tell('dingtalk', message, 'SEC0123456789abcdef');
    const { searchParams } = robot.asked[0]?.url ?? new URL('http://robot');
    const timestamp = searchParams.get('timestamp') ?? '';
    expect(Math.abs(Number(timestamp) - Date.now())).toBeLessThan(60_000);
    expect(searchParams.get('key')).toBe('4a1f6c0e9b7d4f52');
    expect(searchParams.get('sign')).toBe(
      createHmac('sha256', 'SEC0123456789abcdef')
        .update(`${timestamp}\nSEC0123456789abcdef`)
        .digest('base64'),
    );
    expect(robot.asked[0]?.url.href).not.toContain('SEC');
  });

  test('of Feishu stands in the body, and its key is the text', async () => {
    robot.answer(says(200, TAKEN.feishu));
    await tell('feishu', message, 'demo');
    const { timestamp = '', sign } = sent();
    expect(Math.abs(Number(timestamp) * 1000 - Date.now())).toBeLessThan(60_000);
    expect(sign).toBe(createHmac('sha256', `${timestamp}\ndemo`).digest('base64'));
  });

  test('of a plain webhook is one of Standard Webhooks', async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    robot.answer(says(204, ''));
    await tell('plain', message, secret);
    const [{ headers, body } = { headers: {}, body: '' }] = robot.asked;
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const verdict = verifyStandardWebhook({ headers: given, body: Buffer.from(body) }, [secret], {
      now: Date.now(),
      toleranceSeconds: 300,
      lockerSigned: 'delivered',
    });
    expect(verdict).toEqual({ ok: true });
    expect(JSON.parse(body)).toMatchObject({
      type: 'waybell.alarms',
      data: { alarms: [{ name: 'provider-down', subject: 'unicloud', state: 'begin' }] },
    });
  });
});

describe('what others have said', () => {
  test('is no link, no mention and no tag in any chat', async () => {
    robot.answer(says(200, TAKEN.wecom));
    await tell('wecom');
    expect(sent().markdown?.content).toContain('> `ECONNREFUSED: <no> [way](http://evil.example) @all`');
    await tell('dingtalk');
    expect(sent().markdown?.text).toContain('> `ECONNREFUSED: <no> [way](http://evil.example) @all`');
    await tell('feishu');
    expect(sent().content?.post.zh_cn.content.flat()).toContainEqual({
      tag: 'text',
      text: message.lines[0]?.detail,
    });
    robot.answer(says(200, 'ok'));
    await tell('slack');
    expect(sent().text).toContain('`ECONNREFUSED: &lt;no&gt; [way](http://evil.example) @all`');
  });
});

test('a message fits the robot, however many causes and whatever is said of them', () => {
  const LIMITS = { wecom: 4_096, dingtalk: 15_000, feishu: 16_000, slack: 4_000 } as const;
  const causes = fc.array(
    fc.record({
      name: fc.constantFrom(...ALARM_NAMES),
      detail: fc.string({ unit: 'binary', maxLength: 2_000 }),
      subject: fc.string({ maxLength: 40 }),
      over: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(causes, fc.constantFrom('en' as const, 'zh' as const), (some, language) => {
      const told = composeMessage(
        some.map(({ over, ...one }) => cause({ ...one, endedAt: over ? new Date() : null })),
        { ...manner, language },
      );
      for (const [kind, limit] of Object.entries(LIMITS)) {
        const { robots } = alarmSettings(`${kind}+http://127.0.0.1:1/`);
        const [one] = robots;
        if (one === undefined) throw new Error('no robot');
        const read = JSON.parse(FORMS[kind as RobotKind].request(one, told, new Date()).body) as Sent;
        const text =
          read.markdown?.content ?? read.markdown?.text ?? read.text ?? JSON.stringify(read.content);
        expect(Buffer.byteLength(text)).toBeLessThan(limit * 1.1);
        expect(text).toContain('Waybell');
      }
    }),
    { numRuns: 40 },
  );
});

describe('ALARM_URLS', () => {
  const problemsOf = (urls: string, hosts = ''): readonly string[] => {
    try {
      loadConfig({ ALARM_URLS: urls, ALARM_PRIVATE_HOSTS: hosts });
      return [];
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      return error.problems;
    }
  };

  test('knows a robot by its host, keeps its secret apart, and calls it by a digest', () => {
    const { robots } = loadConfig({
      ALARM_URLS: [
        'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a1',
        'https://oapi.dingtalk.com/robot/send?access_token=b2#SECabc',
        'https://open.feishu.cn/open-apis/bot/v2/hook/c3#demo',
        'https://hooks.slack.com/services/T/B/d4',
        'https://alerts.example.com/waybell',
        'slack+https://chat.example.com/hooks/e5',
      ].join(','),
    }).alarms;
    expect(robots.map(({ kind, secret }) => [kind, secret])).toEqual([
      ['wecom', undefined],
      ['dingtalk', 'SECabc'],
      ['feishu', 'demo'],
      ['slack', undefined],
      ['plain', undefined],
      ['slack', undefined],
    ]);
    expect(robots.map(({ id }) => id).join()).toMatch(/^wecom-[0-9a-f]{8},dingtalk-[0-9a-f]{8},/);
  });

  test.each([
    ['ftp://robot.example.com/secret-part', 'must be an https URL'],
    ['nonsense-secret-part', 'must be an https URL'],
    ['https://u:secret-part@robot.example.com/', 'must not have a user'],
    ['https://hooks.slack.com/services/x#secret-part', 'has no secret after #'],
    ['https://robot.example.com/#secret-part', 'needs as its secret after #'],
    ['https://robot.example.com/%zz#%zzsecret-part', 'must be an https URL'],
    ['https://robot.example.com/secret-part,https://robot.example.com/secret-part', 'stands there twice'],
    ['http://robot.example.com/secret-part', 'without TLS'],
    ['https://10.0.0.5/secret-part', 'inside the network'],
    ['https://169.254.169.254/secret-part', 'inside the network'],
    ['https://[::1]/secret-part', 'inside the network'],
    ['https://alerts/secret-part', 'inside the network'],
    ['http://localhost:8080/secret-part', 'inside the network'],
    [
      Array.from({ length: 11 }, (_, n) => `https://robot.example.com/secret-part${n}`).join(','),
      'at most 10',
    ],
  ])('refuses %s, and shows nothing of it', (url, words) => {
    const problems = problemsOf(url).join('\n');
    expect(problems).toContain(words);
    expect(problems).not.toContain('secret-part');
  });

  test('takes a host inside the network that is named', () => {
    expect(
      problemsOf('http://alerts.internal:9000/x,https://[fd00::5]/y', 'alerts.internal,FD00::5'),
    ).toEqual([]);
  });
});
