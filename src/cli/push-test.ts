import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { ask, type AnswerTo } from '../api/ask';
import { showPushTest, startPushTest } from '../api/push-test-operations';
import { loadConfig, type Config } from '../config/config';
import { asJson, print } from '../terminal';
import { checked, numberOf } from './checked-option';
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
    .argument('<cid>', 'the phone, as its app registered it')
    .option('--appid <name>', 'of which app', 'default')
    .addOption(checked('--wait <seconds>', 'how long to wait for a receipt', numberOf(seconds), 20))
    .option('--json', 'for programs')
    .addHelpText('after', '\nExit code 0: the provider took the message. 1: it did not, or nothing was sent.')
    .action(async (cid: string, options: TestOptions) => {
      process.exitCode = await testPush(loadConfig(), cid, options);
    });
}

/** @returns the exit code */
async function testPush(config: Config, cid: string, { appid, wait, json }: TestOptions): Promise<number> {
  const say = json ? () => undefined : print;
  const started = await ask(config, startPushTest, { body: { cid, appid } });
  say(describePhone(started).join('\n'));
  const answered = await follow(config, started.test_id, ANSWER_MS, ({ state }) => !isUnderWay(state));
  say(describeAnswer(answered).join('\n'));
  const isTaken = answered.state === 'accepted';
  const end = isTaken ? await follow(config, started.test_id, wait * 1_000, hasWord) : answered;
  if (isTaken) say(describeReceipt(end, wait).join('\n'));
  if (json) print(asJson(end));
  return isTaken && end.loss_reason === null ? 0 : 1;
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

const line = (step: string, words: string): string => `${step.padEnd(10)} ${words}`;
const more = (words: string): string => line('', words);

function describePhone({ device, test_id: id, temporal_ui: ui }: Started): string[] {
  const { appid, cid, user_id: user, merchant_id: merchant, platform, provider } = device;
  const owners = [
    ...(user === null ? [] : [`user ${user}`]),
    ...(merchant === null ? [] : [`merchant ${merchant}`]),
  ];
  return [
    line(
      'phone',
      `…${cid.slice(-4)} of the app ${appid}, ${platform ?? 'platform not said'}, by ${provider}`,
    ),
    more(`of ${owners.join(' and ')}; registered ${device.registered_at}, last seen ${device.last_seen_at}`),
    line('test', id),
    ...(ui === null ? [] : [line('Temporal', ui)]),
  ];
}

function describeAnswer(shown: Shown): string[] {
  const { state, code, words, sent_at: sent, request_id: request, provider_id: named, device } = shown;
  const sending =
    sent === null
      ? []
      : [line('sent', `${sent} by ${device?.provider ?? 'its provider'}, request id ${request}`)];
  const answer = [state, code, words].filter((word) => word !== null && word !== '').join(' ');
  return [
    ...sending,
    line('answer', `${answer}${named === null ? '' : `, called ${named}`}`),
    more(shown.explanation.en),
  ];
}

function describeReceipt(shown: Shown, wait: number): string[] {
  return [
    line('receipt', receiptOf(shown, wait)),
    ...shown.outlook.map(({ en }, index) => line(index === 0 ? 'expect' : '', en)),
  ];
}

function receiptOf(shown: Shown, wait: number): string {
  if (shown.loss_reason !== null) return `lost: ${shown.loss_reason} ${shown.loss_words ?? ''}`.trimEnd();
  if (shown.clicked_at !== null) return `clicked ${shown.clicked_at}: a person has opened it`;
  if (shown.shown_at !== null) return `shown ${shown.shown_at}: the phone says so`;
  if (shown.delivered_at !== null) return `delivered ${shown.delivered_at}: it reached the phone`;
  return `none within ${wait} s. Look at the phone: an app that is not running says nothing until somebody taps.`;
}
