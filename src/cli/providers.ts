import { Argument, type Command } from 'commander';
import { ask, QUICK_ANSWER_MS, type AnswerTo } from '../api/ask';
import { listProviders, releaseProvider, settleDeactivations } from '../api/provider-operations';
import { loadConfig } from '../config/config';
import { inColumns } from '../process/places';
import * as kinds from '../push/provider-kinds';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, tell, toned, type Line } from '../terminal';
import { EXIT, UsageError } from './exit-codes';
import { named, say } from './language';
import { moment } from './moments';
import { jsonOption } from './checked-option';
import { command } from './summaries';

/** `waybell providers`: which push providers are held, and a person's word about it. */
export function providersCommand(): Command {
  return command('providers')
    .addCommand(listCommand())
    .addCommand(releaseCommand())
    .addCommand(deactivationsCommand());
}

function listCommand(): Command {
  return command('providers list')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const found = await ask(loadConfig(), listProviders, {}, QUICK_ANSWER_MS);
      if (json) print(asJson(found));
      else tell(providersInWords(found));
      if (!isQuiet(found)) process.exitCode = EXIT.trouble;
    });
}

function releaseCommand(): Command {
  return command('providers release')
    .addArgument(providerArgument())
    .addOption(jsonOption())
    .action(async (provider: string, { json }: { json?: true }) => {
      const answer = await ask(loadConfig(), releaseProvider, { params: { name: provider }, body: {} });
      if (json) print(asJson(answer));
      else tell([say(answer.released ? releasedWords(provider) : notHeld(provider))]);
    });
}

/** A slip of the pen would release nothing, and say that all is well. */
const providerArgument = (): Argument =>
  new Argument('<provider>').choices(Object.values(kinds).map(({ name }) => name));

const releasedWords = (provider: string): Explanation => ({
  en: `The pushes of ${provider} go: thirty within 30 s, more at three a second in each process.`,
  zh: `${provider} 的推送已放行：30 秒内发出三十条，之后每个进程每秒三条。`,
});

const notHeld = (provider: string): Explanation => ({
  en: `${provider} is not held.`,
  zh: `${provider} 并未暂停。`,
});

interface DecisionOptions {
  readonly apply?: boolean;
  readonly drop?: boolean;
  readonly json?: true;
}

function deactivationsCommand(): Command {
  return command('providers deactivations')
    .addArgument(providerArgument())
    .option('--apply', say({ en: 'they are gone: retire them', zh: '它们确实失效：停用它们' }))
    .option('--drop', say({ en: 'they are not: leave them as they are', zh: '它们没有失效：保持原样' }))
    .addOption(jsonOption())
    .action(async (provider: string, { apply = false, drop = false, json }: DecisionOptions) => {
      if (apply === drop)
        throw new UsageError(
          say({ en: 'Give one of --apply and --drop.', zh: '请给出 --apply 或 --drop 其中之一。' }),
        );
      const decision = { params: { name: provider }, body: { apply } };
      const settled = await ask(loadConfig(), settleDeactivations, decision);
      const { devices } = settled;
      if (json) print(asJson(settled));
      else
        tell([
          say({
            en: `${devices} device(s) of ${provider} are ${apply ? 'retired' : 'left as they are'}.`,
            zh: `${provider} 的 ${devices} 部手机${apply ? '已停用' : '保持不变'}。`,
          }),
        ]);
    });
}

type Found = AnswerTo<typeof listProviders>;

const isQuiet = ({ down, held, held_deactivations }: Found): boolean =>
  down.length + held.length + held_deactivations.length === 0;

export function providersInWords(found: Found, now = Date.now()): Line[] {
  if (isQuiet(found)) return [toned('good', say({ en: 'Nothing is held.', zh: '没有暂停的推送服务。' }))];
  const { down, held, held_deactivations } = found;
  return inColumns([
    ...down.map(({ provider, since, failed_at: failed, reason, words }): [string, string] => [
      provider,
      say({
        en: `down since ${moment(since, now)}: no request has succeeded; last ${moment(failed, now)} ${reason}: ${words}`,
        zh: `自 ${moment(since, now)} 起不可用：没有请求成功；最近一次 ${moment(failed, now)} ${reason}：${words}`,
      }),
    ]),
    ...held.map((one): [string, string] => [one.provider, say(heldWords(one, now))]),
    ...held_deactivations.map(({ provider, devices, since }): [string, string] => [
      provider,
      say({
        en: `called ${devices} device(s) gone, held since ${moment(since, now)}`,
        zh: `声称 ${devices} 部手机失效，自 ${moment(since, now)} 起待判断`,
      }),
    ]),
  ]).map((line) => toned('bad', line));
}

function heldWords(
  { cause, words, since, next_probe: probe }: Found['held'][number],
  now: number,
): Explanation {
  const from = moment(since, now);
  return {
    en: `held since ${from} (${cause}): ${words}; ${probe === null ? 'not tried before a release' : `next try ${moment(probe, now)}`}`,
    zh: `自 ${from} 起暂停（${named('cause', cause)}）：${words}；${probe === null ? '放行之前不再尝试' : `下次尝试 ${moment(probe, now)}`}`,
  };
}
