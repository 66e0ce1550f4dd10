import type { Command } from 'commander';
import { ask, type AnswerTo } from '../api/ask';
import { listProviders, releaseProvider, settleDeactivations } from '../api/provider-operations';
import { loadConfig } from '../config/config';
import { inColumns } from '../process/places';
import { asJson, print } from '../terminal';
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
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }) => {
      const found = await ask(loadConfig(), listProviders, {});
      print(json ? asJson(found) : inWords(found));
      if (!isQuiet(found)) process.exitCode = 1;
    });
}

function releaseCommand(): Command {
  return command('providers release')
    .argument('<provider>')
    .action(async (provider: string) => {
      const { released } = await ask(loadConfig(), releaseProvider, { params: { name: provider }, body: {} });
      print(
        released
          ? `The pushes of ${provider} go: thirty within 30 s, more at three a second in each process.`
          : `${provider} is not held.`,
      );
    });
}

interface DecisionOptions {
  readonly apply?: boolean;
  readonly drop?: boolean;
}

function deactivationsCommand(): Command {
  return command('providers deactivations')
    .argument('<provider>')
    .option('--apply', 'they are gone: retire them')
    .option('--drop', 'they are not: leave them as they are')
    .action(async (provider: string, { apply = false, drop = false }: DecisionOptions) => {
      if (apply === drop) throw new Error('Give one of --apply and --drop.');
      const decision = { params: { name: provider }, body: { apply } };
      const { devices } = await ask(loadConfig(), settleDeactivations, decision);
      print(`${devices} device(s) of ${provider} are ${apply ? 'retired' : 'left as they are'}.`);
    });
}

type Found = AnswerTo<typeof listProviders>;

const isQuiet = ({ down, held, held_deactivations }: Found): boolean =>
  down.length + held.length + held_deactivations.length === 0;

function inWords(found: Found): string {
  if (isQuiet(found)) return 'Nothing is held.';
  const { down, held, held_deactivations } = found;
  return inColumns([
    ...down.map(({ provider, since, failed_at, reason, words }): [string, string] => [
      provider,
      `down since ${since}: no request has succeeded; last ${failed_at} ${reason}: ${words}`,
    ]),
    ...held.map(({ provider, cause, words, since, next_probe }): [string, string] => [
      provider,
      `held since ${since} (${cause}): ${words}; ${next_probe === null ? 'not tried before a release' : `next try ${next_probe}`}`,
    ]),
    ...held_deactivations.map(({ provider, devices, since }): [string, string] => [
      provider,
      `called ${devices} device(s) gone, held since ${since}`,
    ]),
  ]).join('\n');
}
