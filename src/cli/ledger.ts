import type { Command } from 'commander';
import { ask, type AnswerTo } from '../api/ask';
import { forgetJournal, showLedger } from '../api/ledger-operations';
import { loadConfig, type Config } from '../config/config';
import { readMoment } from './read-moment';
import { asJson, print } from '../terminal';
import { command } from './summaries';

type Ledger = AnswerTo<typeof showLedger>;

interface LedgerOptions {
  readonly since: Date;
  readonly json?: true;
}

/** `waybell ledger`: where everything went that was accepted. */
export function ledgerCommand(): Command {
  return command('ledger')
    .requiredOption('--since <time>', '2026-03-02, 2026-03-02T10:00:00+08:00, or 36h, 7d ago', readMoment)
    .option('--json', 'for programs')
    .action(async (options: LedgerOptions) => {
      process.exitCode = await show(loadConfig(), options);
    });
}

async function show(config: Config, { since, json }: LedgerOptions): Promise<number> {
  const found = await ask(config, showLedger, { query: { since: since.toISOString() } });
  print(json ? asJson(found) : inWords(found));
  return found.closes && found.unheard.length === 0 ? 0 : 1;
}

function inWords({ since, until, closes, updates, audiences, differences, unheard }: Ledger): string {
  const reasons = (name: string, counts: Readonly<Record<string, number>>): string[] =>
    Object.entries(counts).map(([reason, count]) => line(`${name}, ${reason}`, count));
  return [
    `From ${since} to ${until}`,
    line('updates accepted', updates.accepted),
    line('  duplicate', updates.duplicate),
    line('  stale', updates.stale),
    line('  decided', updates.decided),
    line('  waiting', updates.waiting),
    line('  not yet handed over', updates.not_handed_over),
    line('to be told', audiences.expected),
    line('  notified', audiences.notified),
    ...reasons('  suppressed', audiences.suppressed),
    ...reasons('  failed', audiences.failed),
    ...reasons('  waiting', audiences.waiting),
    closes ? 'Both equations close.' : 'Not everything is accounted for:',
    ...differences.map(({ workflow_id: id, problem }) => `${id}: ${problem}`),
    ...unheard.map(
      ({ journal_id: id, place, heard_at: at }) =>
        `Not counted: what journal ${id} (${place}) took since ${at}, when it was last heard of.`,
    ),
  ].join('\n');
}

function line(name: string, count: number): string {
  return `${name.padEnd(40)} ${String(count).padStart(9)}`;
}

/** `waybell forget-journal`: an API process that will not come back is missed no longer. */
export function forgetJournalCommand(): Command {
  return command('forget-journal')
    .argument('<id>')
    .action(async (id: string) => {
      const { webhooks } = await ask(loadConfig(), forgetJournal, { params: { journal_id: id } });
      print(
        webhooks === 0
          ? 'Forgotten. It had given everything that is known of it to Temporal.'
          : `Forgotten. ${webhooks} of its webhooks were not given to Temporal: "waybell replay --since …" starts them.`,
      );
    });
}
