import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createAlarms, type Alarms } from '../../src/alarms';
import { MOST_TRIES } from '../../src/alerting/due';
import { tellRobots } from '../../src/alerting/tell';
import { inTransaction, openPool } from '../../src/database/pool';
import { listRobots } from '../../src/database/alarms';
import { addRobotGauge } from '../../src/api/gauges';
import type { DoctorContext } from '../../src/doctor/check';
import { alarms as alarmsCheck } from '../../src/doctor/checks/alarms';
import { asPublished } from '../../src/doctor/examine';
import { watchParts } from '../../src/doctor/parts-watch';
import type { Repeated } from '../../src/every';
import { troublesOf } from '../../src/insight/attention-watch';
import { asItIs } from '../../src/shipment/explanation';
import { useDatabase } from '../setup/database';
import { eventually } from '../setup/processes';
import { connectTemporal } from '../setup/temporal';
import { use } from '../setup/use';
import { alarmSettings, says, startRobot, TAKEN } from './robot';

const db = useDatabase();
const robot = use(startRobot);
const log = pino({ level: 'silent' });
const PATIENCE_MS = 30_000;

let processes: { readonly alarms: Alarms; readonly telling: Repeated; rounds: number }[] = [];
let settings: ReturnType<typeof alarmSettings>;

beforeAll(() => {
  settings = alarmSettings(robot.urlAs('wecom'));
});
afterEach(async () => {
  await Promise.all(processes.map(({ telling }) => telling.stop()));
  processes = [];
  robot.answer(says(200, TAKEN.wecom));
  robot.asked.length = 0;
  await db.pool.query('truncate waybell.alarms, waybell.alarm_robots, waybell.alarm_tellings');
});

/** A process over the database, whose rounds are counted. */
function startProcess(pool = db.pool): Alarms {
  const alarms = createAlarms(log);
  const one = { alarms, rounds: 0, telling: undefined as unknown as Repeated };
  const counted: Alarms = {
    ...alarms,
    raised: () => {
      one.rounds += 1;
      return alarms.raised();
    },
  };
  one.telling = tellRobots({
    ...{ pool, alarms: counted, settings, language: 'en', zone: 'Asia/Shanghai', place: 'here', log },
    intervalMs: 20,
  });
  processes.push(one);
  return alarms;
}

/** Until each process has looked twice more, so that whatever was to be told was. */
async function roundsPass(): Promise<void> {
  const wanted = processes.map(({ rounds }) => rounds + 3);
  await eventually(() => processes.every(({ rounds }, index) => rounds >= (wanted[index] ?? 0)), PATIENCE_MS);
}
const told = (): string[] =>
  robot.asked.map(({ body }) => (JSON.parse(body) as { markdown: { content: string } }).markdown.content);
const untilTold = (count: number): Promise<void> =>
  eventually(() => robot.asked.length >= count, PATIENCE_MS);
/** As if so much time had passed for the database; what was under way before is written by then. */
async function later(minutes: number): Promise<void> {
  await roundsPass();
  await db.pool.query(`
    update waybell.alarms set began_at = began_at - interval '${minutes} minutes',
      ended_at = ended_at - interval '${minutes} minutes';
    update waybell.alarm_tellings set about = about - interval '${minutes} minutes',
      next_at = next_at - interval '${minutes} minutes';
    update waybell.alarm_robots set next_at = next_at - interval '${minutes} minutes'`);
}
/** As if nobody had seen anything for two minutes. */
async function unseen(): Promise<void> {
  await roundsPass();
  await db.pool.query(`update waybell.alarms set seen_at = seen_at - interval '2 minutes'`);
}
const down = { subject: 'unicloud', sentence: 'unicloud has taken no push.' };

describe('several processes over one database', () => {
  test('tell a cause once when it begins and once when it is over, ten minutes apart at least', async () => {
    const alarms = [startProcess(), startProcess(), startProcess()];
    for (const one of alarms) one.setEach('provider-down', [down]);
    await untilTold(1);
    await roundsPass();
    expect(told()).toEqual([expect.stringContaining('ALARM since')]);
    expect(told()[0]).toContain('Push provider unicloud: every request fails.');

    // One of them goes on to see it.
    for (const one of alarms.slice(1)) one.set('provider-down', []);
    await later(22);
    await roundsPass();
    expect(robot.asked).toHaveLength(1);

    alarms[0]?.set('provider-down', []);
    await unseen();
    await untilTold(2);
    await roundsPass();
    expect(told().slice(1)).toEqual([expect.stringContaining('OVER after 22 min: Push provider unicloud')]);
  });

  test('tell nobody of what was over before it might be told, and of what comes again later than that', async () => {
    const alarms = startProcess();
    alarms.setEach('provider-down', [down]);
    await untilTold(1);
    alarms.set('provider-down', []);
    await unseen();
    await roundsPass();
    // Over, and begun again within ten minutes: the robot still takes it for begun.
    alarms.setEach('provider-down', [down]);
    await roundsPass();
    await later(20);
    await roundsPass();
    expect(robot.asked).toHaveLength(1);
    alarms.set('provider-down', []);
    await unseen();
    await untilTold(2);
    await roundsPass();
    alarms.setEach('provider-down', [down]);
    await roundsPass();
    expect(robot.asked).toHaveLength(2);
    await later(10);
    await untilTold(3);
    expect(told()[2]).toContain('ALARM since');
  });

  test('put into one message what comes together, each cause by itself', async () => {
    const alarms = createAlarms(log);
    alarms.setEach('webhooks-refused', [
      { subject: 'sf main', sentence: 'sf main refuses what comes.' },
      { subject: 'zto main', sentence: 'zto main refuses what comes.' },
    ]);
    alarms.set('worker-missing', ['no worker']);
    const started = startProcess();
    for (const { name, ...trouble } of alarms.raised())
      started.setEach(name, [...started.raised().filter((one) => one.name === name), trouble]);
    await eventually(
      () => /sf main.*zto main.*No worker|No worker.*sf main.*zto main/s.test(told().join()),
      PATIENCE_MS,
    );
    await roundsPass();
    expect(
      told()
        .join()
        .match(/ALARM since/g),
    ).toHaveLength(3);
  });

  test('do not end what none of them looks for', async () => {
    const alarms = startProcess();
    alarms.set('worker-missing', ['no worker']);
    await untilTold(1);
    await roundsPass();
    await processes.pop()?.telling.stop();
    startProcess();
    await unseen();
    await later(20);
    await roundsPass();
    expect(robot.asked).toHaveLength(1);
  });
});

describe('a robot that does not take it', () => {
  test('is tried again later and later, a bounded number of times, and its words are kept', async () => {
    robot.answer(says(200, '{"errcode":93000,"errmsg":"invalid webhook url"}'));
    const alarms = startProcess();
    alarms.setEach('provider-down', [down]);
    await untilTold(1);
    await roundsPass();
    expect(robot.asked).toHaveLength(1);
    for (let tries = 2; tries <= MOST_TRIES; tries += 1) {
      await later(10);
      await untilTold(tries);
    }
    await later(60);
    await roundsPass();
    expect(robot.asked).toHaveLength(MOST_TRIES);
    const ids = settings.robots.map(({ id }) => id);
    const [state] = await inTransaction(db.pool, (connection) => listRobots(connection, ids));
    expect(state).toMatchObject({ failures: MOST_TRIES, words: '93000 invalid webhook url' });
    const registry = new Registry();
    addRobotGauge(registry, db.pool, ids);
    expect(await registry.metrics()).toContain(
      `waybell_alarm_robot_failures{robot="${ids[0]}"} ${MOST_TRIES}`,
    );
    const context = {
      config: { alarms: settings, database: { kind: 'external' } },
      database: () => Promise.resolve({ url: db.url, pool: db.pool }),
    } as unknown as DoctorContext;
    expect((await alarmsCheck.run(context)).map(asPublished)).toMatchObject([
      { level: 'warning', message: expect.stringContaining('93000 invalid webhook url') },
    ]);
  });

  test('and hangs holds up neither the others nor the end of the process', async () => {
    const other = await startRobot();
    robot.answer(() => undefined);
    const own = settings;
    settings = alarmSettings(robot.urlAs('wecom'), other.urlAs('dingtalk'));
    try {
      startProcess().setEach('provider-down', [down]);
      await eventually(() => robot.asked.length === 1 && other.asked.length === 1, PATIENCE_MS);
    } finally {
      const began = performance.now();
      await processes.pop()?.telling.stop();
      expect(performance.now() - began).toBeLessThan(5_000);
      settings = own;
      await other.close();
    }
  });

  test('because it has too much of us is left alone, also about other causes', async () => {
    robot.answer(says(200, '{"errcode":45009,"errmsg":"api freq out of limit"}'));
    const alarms = startProcess();
    alarms.setEach('provider-down', [down]);
    await untilTold(1);
    await roundsPass();
    robot.answer(says(200, TAKEN.wecom));
    alarms.set('worker-missing', ['no worker']);
    await later(5);
    await roundsPass();
    expect(robot.asked).toHaveLength(1);
    await later(5);
    await eventually(() => told().slice(1).join().includes('No worker'), PATIENCE_MS);
  });
});

test('what waits is an alarm where it is overdue or more than the bound, each kind by itself', () => {
  const since = new Date();
  const other = { workflowId: null, audience: '', messageIds: [], since, until: null, alarm: null } as const;
  const troubles = troublesOf(
    {
      counts: [
        { kind: 'push-failed', count: 101, oldest: since, overdue: 0 },
        { kind: 'order-not-found', count: 500, oldest: since, overdue: 2 },
        { kind: 'no-targets', count: 90_000, oldest: since, overdue: 0 },
      ],
      others: [
        { ...other, kind: 'provider-held', subject: 'fcm', words: asItIs('fcm (quota): 429') },
        { ...other, kind: 'journal', subject: 'j1', words: asItIs('2 webhooks') },
        {
          ...other,
          kind: 'journal',
          subject: 'j2',
          words: asItIs('1 webhooks'),
          alarm: asItIs('for a minute'),
        },
      ],
      abandoned: [],
      overdue: { 'order-not-found': 2 },
    },
    { 'push-failed': 100, 'order-not-found': 500 },
  );
  const raised = troubles.flatMap(([name, some]) => some.map(({ subject }) => `${name} ${subject}`));
  expect(raised.sort()).toEqual([
    'deliveries-overdue order-not-found',
    'journal-stuck j2',
    'provider-held fcm',
    'too-many-wait push-failed',
  ]);
});

test('a part that does not answer is an alarm after the third look, and none that answers', async () => {
  const nowhere = openPool('postgresql://127.0.0.1:1/none', () => undefined);
  const temporal = await connectTemporal();
  const alarms = createAlarms(log);
  const looks: string[] = [];
  const counted: Alarms = {
    ...alarms,
    set(name, sentences) {
      looks.push(name);
      alarms.set(name, sentences);
    },
  };
  const watch = watchParts({ pool: nowhere, temporal: temporal.client, alarms: counted, intervalMs: 20 });
  await eventually(() => alarms.active().length > 0, PATIENCE_MS);
  await watch.stop();
  expect(alarms.raised()).toMatchObject([
    { name: 'database-away', sentence: expect.stringContaining('ECONNREFUSED') },
  ]);
  expect(looks.filter((name) => name === 'temporal-away').length).toBeGreaterThanOrEqual(3);
  const back = watchParts({ pool: db.pool, temporal: temporal.client, alarms, intervalMs: 20 });
  await eventually(() => alarms.active().length === 0, PATIENCE_MS);
  await back.stop();
  await Promise.all([nowhere.end(), temporal.close()]);
});

test('while PostgreSQL is away the process that sees it says so, once', async () => {
  const nowhere = openPool('postgresql://127.0.0.1:1/none', () => undefined);
  const alarms = startProcess(nowhere);
  alarms.set('database-away', ['No answer: ECONNREFUSED.']);
  alarms.setEach('provider-down', [down]);
  await untilTold(1);
  await roundsPass();
  expect(told()).toEqual([expect.stringContaining('PostgreSQL does not answer')]);
  expect(told()[0]).not.toContain('unicloud');
  alarms.set('database-away', []);
  await roundsPass();
  // Its end is not told within ten minutes of its beginning.
  expect(robot.asked).toHaveLength(1);
  await processes.pop()?.telling.stop();
  await nowhere.end();
});
