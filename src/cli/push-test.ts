import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { ask, type AnswerTo } from '../api/ask';
import { showPushTest, startPushTest } from '../api/push-test-operations';
import { loadConfig, type Config } from '../config/config';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, tell, toned, type Line } from '../terminal';
import { checked, numberOf, jsonOption } from './checked-option';
import { EXIT } from './exit-codes';
import { named, say } from './language';
import { moment } from './moments';
import { HEADS, row, rows, temporalRow } from './rows';
import { command } from './summaries';

/** How often it is looked at; milliseconds. */
const LOOK_MS = 300;
/** Longer than a worker needs to take it, and a provider to answer three times; milliseconds. */
const ANSWER_MS = 45_000;
const MAX_WAIT_S = 600;

const seconds = z.number('must be a number').min(0, 'must be at least 0').max(MAX_WAIT_S);

interface TestOptions {
  readonly appid: string;
  readonly wait: number;
  readonly json?: true;
}

type Started = AnswerTo<typeof startPushTest>;
type Shown = AnswerTo<typeof showPushTest>;

/** `waybell push-test`: one message through the whole way, step by step. */
export function pushTestCommand(): Command {
  return command('push-test')
    .argument('<cid>', say({ en: 'the phone, as its app registered it', zh: '手机，即 App 登记的 cid' }))
    .option('--appid <name>', say({ en: 'of which app', zh: '属于哪个 App' }), 'default')
    .addOption(
      checked(
        '--wait <seconds>',
        say({ en: 'how long to wait for a receipt', zh: '等待回执多少秒' }),
        numberOf(seconds),
        20,
      ),
    )
    .addOption(jsonOption())
    .action(async (cid: string, options: TestOptions) => {
      process.exitCode = await testPush(loadConfig(), cid, options);
    });
}

/** @returns the exit code: 0 when the provider took the message */
async function testPush(config: Config, cid: string, { appid, wait, json }: TestOptions): Promise<number> {
  const show = json ? () => undefined : tell;
  const started = await ask(config, startPushTest, { body: { cid, appid } });
  show(describePhone(started));
  const answered = await follow(config, started.test_id, ANSWER_MS, ({ state }) => !isUnderWay(state));
  show(describeAnswer(answered));
  const isTaken = answered.state === 'accepted';
  const end = isTaken ? await follow(config, started.test_id, wait * 1_000, hasWord) : answered;
  if (isTaken) show(describeReceipt(end, wait));
  if (json) print(asJson(end));
  return isTaken && end.loss_reason === null ? EXIT.ok : EXIT.trouble;
}

const isUnderWay = (state: Shown['state']): boolean => state === 'asked' || state === 'sending';
const hasWord = ({ shown_at: shown, loss_reason: lost }: Shown): boolean => shown !== null || lost !== null;

/** Looks until something has come, or the time is over. */
async function follow(
  config: Config,
  testId: string,
  patienceMs: number,
  hasCome: (shown: Shown) => boolean,
): Promise<Shown> {
  for (const until = Date.now() + patienceMs; ;) {
    const shown = await ask(config, showPushTest, { params: { test_id: testId } });
    if (hasCome(shown) || Date.now() >= until) return shown;
    await sleep(LOOK_MS);
  }
}

export function describePhone({ device, test_id: id, temporal_ui: ui }: Started): Line[] {
  const { appid, cid, user_id: user, merchant_id: merchant, platform, provider } = device;
  const owners = [
    ...(user === null ? [] : [`${named('audience', 'user')} ${user}`]),
    ...(merchant === null ? [] : [`${named('audience', 'merchant')} ${merchant}`]),
  ];
  const tail = `…${cid.slice(-4)}`;
  const [registered, seen] = [moment(device.registered_at), moment(device.last_seen_at)];
  return [
    ...rows([
      [
        { en: 'phone', zh: '手机' },
        say({
          en: `${tail} of the app ${appid}, ${platform ?? 'platform not said'}, by ${provider}`,
          zh: `${tail}，应用 ${appid}，${platform ?? '未说明平台'}，经 ${provider}`,
        }),
      ],
      [
        HEADS.more,
        say({
          en: `of ${owners.join(' and ')}; registered ${registered}, last seen ${seen}`,
          zh: `属于 ${owners.join('、')}；登记于 ${registered}，最近出现于 ${seen}`,
        }),
      ],
      [{ en: 'test', zh: '测试' }, id],
    ]),
    ...temporalRow(ui),
  ];
}

export function describeAnswer(shown: Shown): Line[] {
  const { state, code, words, sent_at: sent, request_id: request, provider_id: known, device } = shown;
  const answer = [state === null ? null : named('push', state), code, words]
    .filter((word) => word !== null && word !== '')
    .join(' ');
  const called = { en: `${answer}, called ${known}`, zh: `${answer}，编号 ${known}` };
  return [
    ...(sent === null ? [] : [row({ en: 'sent', zh: '已发送' }, sentWords(sent, device?.provider, request))]),
    toned(
      state === 'accepted' ? 'good' : 'bad',
      row({ en: 'answer', zh: '应答' }, known === null ? answer : say(called)),
    ),
    row(HEADS.more, say(shown.explanation)),
  ];
}

function sentWords(sent: string, provider: string | undefined, request: string | null): string {
  return say({
    en: `${moment(sent)} by ${provider ?? 'its provider'}, request id ${request}`,
    zh: `${moment(sent)}，经 ${provider ?? '其推送服务'}，请求编号 ${request}`,
  });
}

export function describeReceipt(shown: Shown, wait: number): Line[] {
  return [
    toned(
      shown.loss_reason === null ? 'good' : 'bad',
      row({ en: 'receipt', zh: '回执' }, say(receiptOf(shown, wait))),
    ),
    ...shown.outlook.map((words, index) =>
      row(index === 0 ? { en: 'expect', zh: '预期' } : HEADS.more, say(words)),
    ),
  ];
}

function receiptOf(shown: Shown, wait: number): Explanation {
  const { loss_reason: lost, loss_words: words, clicked_at: clicked, shown_at: seen } = shown;
  if (lost !== null) {
    const why = [lost, words].filter(Boolean).join(' ');
    return { en: `lost: ${why}`, zh: `丢失：${why}` };
  }
  if (clicked !== null)
    return {
      en: `clicked ${moment(clicked)}: a person has opened it`,
      zh: `已点击，${moment(clicked)}：有人打开了它`,
    };
  if (seen !== null)
    return { en: `shown ${moment(seen)}: the phone says so`, zh: `已显示，${moment(seen)}：手机如此回报` };
  if (shown.delivered_at !== null) {
    const at = moment(shown.delivered_at);
    return { en: `delivered ${at}: it reached the phone`, zh: `已到达，${at}：到达了手机` };
  }
  return {
    en: `none within ${wait} s. Look at the phone: an app that is not running says nothing until somebody taps.`,
    zh: `${wait} 秒内没有。请看手机：应用未运行时，在有人点击之前不会回报。`,
  };
}
