import type { Command } from 'commander';
import { ask, type AnswerTo } from '../api/ask';
import { forgetJournal, showLedger } from '../api/ledger-operations';
import { loadConfig, type Config } from '../config/config';
import type { Explanation } from '../shipment/explanation';
import { asJson, padded, print, tell, toned, type Line } from '../terminal';
import { EXIT } from './exit-codes';
import { named, say } from './language';
import { clock, moment } from './moments';
import { readMoment } from './read-moment';
import { jsonOption } from './checked-option';
import { command } from './summaries';

type Ledger = AnswerTo<typeof showLedger>;

interface LedgerOptions {
  readonly since: Date;
  readonly json?: true;
}

/** `waybell ledger`: where everything went that was accepted. */
export function ledgerCommand(): Command {
  return command('ledger')
    .requiredOption(
      '--since <time>',
      say({
        en: '2026-03-02, 2026-03-02T10:00:00+08:00, or 36h, 7d ago',
        zh: '2026-03-02、2026-03-02T10:00:00+08:00，或 36h、7d 之前',
      }),
      readMoment,
    )
    .addOption(jsonOption())
    .action(async (options: LedgerOptions) => {
      process.exitCode = await show(loadConfig(), options);
    });
}

async function show(config: Config, { since, json }: LedgerOptions): Promise<number> {
  const found = await ask(config, showLedger, { query: { since: since.toISOString() } });
  if (json) print(asJson(found));
  else tell(ledgerInWords(found));
  return found.closes && found.unheard.length === 0 ? EXIT.ok : EXIT.trouble;
}

export function ledgerInWords(ledger: Ledger, now = Date.now()): Line[] {
  const { since, until, closes, updates, audiences, differences, unheard } = ledger;
  const reasons = (part: Explanation, counts: Readonly<Record<string, number>>): string[] =>
    Object.entries(counts).map(([reason, count]) => {
      const name = named('outcome', reason);
      return line({ en: `  ${part.en}, ${name}`, zh: `  ${part.zh}，${name}` }, count);
    });
  return [
    say({
      en: `From ${clock(since)} to ${clock(until)}`,
      zh: `从 ${clock(since)} 到 ${clock(until)}`,
    }),
    line({ en: 'updates accepted', zh: '接受的更新' }, updates.accepted),
    line({ en: '  duplicate', zh: '  重复' }, updates.duplicate),
    line({ en: '  stale', zh: '  不改变状态' }, updates.stale),
    line({ en: '  decided', zh: '  已决定' }, updates.decided),
    line({ en: '  waiting', zh: '  处理中' }, updates.waiting),
    line({ en: '  not yet handed over', zh: '  尚未移交' }, updates.not_handed_over),
    line({ en: 'to be told', zh: '应通知的人' }, audiences.expected),
    line({ en: '  notified', zh: '  已通知' }, audiences.notified),
    ...reasons({ en: 'suppressed', zh: '不通知' }, audiences.suppressed),
    ...reasons({ en: 'failed', zh: '失败' }, audiences.failed),
    ...reasons({ en: 'waiting', zh: '等待中' }, audiences.waiting),
    closes
      ? toned('good', say({ en: 'Both equations close.', zh: '两个等式都成立。' }))
      : toned('bad', say({ en: 'Not everything is accounted for:', zh: '有内容未能核对：' })),
    ...differences.map(({ workflow_id: id, explanation }) => `${id}: ${say(explanation)}`),
    ...unheard.map(({ journal_id: id, place, heard_at: at }) =>
      toned(
        'bad',
        say({
          en: `Not counted: what journal ${id} (${place}) took since ${moment(at, now)}, when it was last heard of.`,
          zh: `未计入：日志簿 ${id}（${place}）自 ${moment(at, now)} 最后一次有消息以来收到的内容。`,
        }),
      ),
    ),
  ];
}

const line = (name: Explanation, count: number): string =>
  `${padded(say(name), 40)} ${String(count).padStart(9)}`;

/** `waybell forget-journal`: an API process that will not come back is missed no longer. */
export function forgetJournalCommand(): Command {
  return command('forget-journal')
    .argument('<id>')
    .addOption(jsonOption())
    .action(async (id: string, { json }: { json?: true }) => {
      const forgotten = await ask(loadConfig(), forgetJournal, { params: { journal_id: id } });
      const { webhooks } = forgotten;
      if (json) print(asJson(forgotten));
      else tell([say(webhooks === 0 ? FORGOTTEN : forgottenWith(webhooks))]);
    });
}

const FORGOTTEN: Explanation = {
  en: 'Forgotten. It had given everything that is known of it to Temporal.',
  zh: '已放弃。它所知的内容都已移交给 Temporal。',
};

const forgottenWith = (webhooks: number): Explanation => ({
  en: `Forgotten. ${webhooks} of its webhooks were not given to Temporal: "waybell replay --since …" starts them.`,
  zh: `已放弃。它有 ${webhooks} 个 webhook 没有移交给 Temporal：waybell replay --since … 会启动它们。`,
});
