import { InvalidArgumentError, type Command } from 'commander';
import { ask, type AnswerTo } from '../api/ask';
import { listStatusReceivers, restartStatusReceiver } from '../api/receiver-operations';
import { loadConfig } from '../config/config';
import { inColumns } from '../process/places';
import { asJson, print } from '../terminal';
import { command } from './summaries';

/** `waybell receivers`: who is told each change of a status by a webhook, and a person's word about it. */
export function receiversCommand(): Command {
  return command('receivers').addCommand(listCommand()).addCommand(restartCommand());
}

function listCommand(): Command {
  return command('receivers list')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }) => {
      const found = await ask(loadConfig(), listStatusReceivers, {});
      print(json ? asJson(found) : inWords(found));
      if (found.receivers.some(({ state }) => state !== 'well')) process.exitCode = 1;
    });
}

function restartCommand(): Command {
  return command('receivers restart')
    .argument('<receiver>')
    .option('--after <position>', 'go on behind this change: tells again, or passes over', readPosition)
    .option('--json', 'for programs')
    .action(async (receiver: string, { after, json }: { after?: number; json?: true }) => {
      const answer = await ask(loadConfig(), restartStatusReceiver, {
        params: { name: receiver },
        body: { ...(after !== undefined && { after }) },
      });
      print(json ? asJson(answer) : `${receiver} is told what comes after position ${answer.after}.`);
    });
}

function readPosition(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('must be a position, such as 4712.');
  return Number(text);
}

function inWords({ receivers }: AnswerTo<typeof listStatusReceivers>): string {
  if (receivers.length === 0) return 'Nobody is told: STATUS_WEBHOOKS is not set, or no worker has begun.';
  return inColumns(
    receivers.map(({ receiver, state, after, next, waiting, failures, since, words }): [string, string] => {
      const left = waiting === 0 ? 'has all' : `${waiting} waiting, the next is ${next}`;
      const said = state === 'well' ? '' : ` (${failures} tries since ${since}: ${words})`;
      return [receiver, `${state}${said}; last took position ${after}, ${left}`];
    }),
  ).join('\n');
}
