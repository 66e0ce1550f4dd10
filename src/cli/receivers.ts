import { InvalidArgumentError, type Command } from 'commander';
import { ask, QUICK_ANSWER_MS, type AnswerTo } from '../api/ask';
import { listStatusReceivers, restartStatusReceiver } from '../api/receiver-operations';
import { loadConfig } from '../config/config';
import { inColumns } from '../process/places';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, tell } from '../terminal';
import { EXIT } from './exit-codes';
import { say } from './language';
import { jsonOption } from './checked-option';
import { command } from './summaries';

/** `waybell receivers`: who is told each change of a status by a webhook, and a person's word about it. */
export function receiversCommand(): Command {
  return command('receivers').addCommand(listCommand()).addCommand(restartCommand());
}

function listCommand(): Command {
  return command('receivers list')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const found = await ask(loadConfig(), listStatusReceivers, {}, QUICK_ANSWER_MS);
      if (json) print(asJson(found));
      else tell(inWords(found));
      if (found.receivers.some(({ state }) => state !== 'well')) process.exitCode = EXIT.trouble;
    });
}

function restartCommand(): Command {
  return command('receivers restart')
    .argument('<receiver>')
    .option(
      '--after <position>',
      say({
        en: 'go on behind this change: tells again, or passes over',
        zh: '从这个变化之后继续：重新告知，或跳过',
      }),
      readPosition,
    )
    .addOption(jsonOption())
    .action(async (receiver: string, { after, json }: { after?: number; json?: true }) => {
      const answer = await ask(loadConfig(), restartStatusReceiver, {
        params: { name: receiver },
        body: { ...(after !== undefined && { after }) },
      });
      if (json) print(asJson(answer));
      else
        tell([
          say({
            en: `${receiver} is told what comes after position ${answer.after}.`,
            zh: `${receiver} 会收到位置 ${answer.after} 之后的内容。`,
          }),
        ]);
    });
}

function readPosition(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new InvalidArgumentError(
      say({ en: 'must be a position, such as 4712.', zh: '必须是一个位置，例如 4712。' }),
    );
  return Number(text);
}

type Standing = AnswerTo<typeof listStatusReceivers>['receivers'][number]['state'];

const STATES: Readonly<Record<Standing, Explanation>> = {
  well: { en: 'well', zh: '正常（well）' },
  failing: { en: 'failing', zh: '失败（failing）' },
  disabled: { en: 'disabled', zh: '已停用（disabled）' },
};

const NOBODY: Explanation = {
  en: 'Nobody is told: STATUS_WEBHOOKS is not set, or no worker has begun.',
  zh: '没有接收方：没有设置 STATUS_WEBHOOKS，或还没有 worker 启动。',
};

function inWords({ receivers }: AnswerTo<typeof listStatusReceivers>): string[] {
  if (receivers.length === 0) return [say(NOBODY)];
  return inColumns(
    receivers.map(({ receiver, state, after, next, waiting, failures, since, words }): [string, string] => {
      const isWell = state === 'well';
      const left =
        waiting === 0
          ? { en: 'has all', zh: '已全部收到' }
          : { en: `${waiting} waiting, the next is ${next}`, zh: `还有 ${waiting} 条，下一条是 ${next}` };
      const en = isWell ? '' : ` (${failures} tries since ${since}: ${words})`;
      const zh = isWell ? '' : `（自 ${since} 起尝试 ${failures} 次：${words}）`;
      return [
        receiver,
        say({
          en: `${STATES[state].en}${en}; last took position ${after}, ${left.en}`,
          zh: `${STATES[state].zh}${zh}；最后收到位置 ${after}，${left.zh}`,
        }),
      ];
    }),
  );
}
