import type { Command } from 'commander';
import { loadConfig, type Config } from '../config/config';
import { checkShop } from '../database/schema/check-shop';
import { findMissingQueueColumns, type QueueColumns } from '../database/old-queue';
import { openPool } from '../database/pool';
import { importHistory, type HistoryTally } from '../intake/import-history';
import { asJson, print, tell, tellAside, toned } from '../terminal';
import { EXIT, UsageError } from './exit-codes';
import { audited } from './audited';
import { say } from './language';
import { columnsMissing, NO_OLD_QUEUE, queueColumnsOption } from './queue-columns';
import { readMoment } from './read-moment';
import { command } from './summaries';

interface HistoryOptions {
  readonly before: Date;
  readonly columns: QueueColumns;
  readonly carrier?: string;
  readonly dryRun?: boolean;
  readonly json?: true;
}

/** Rows that are named; of more only the number is said. */
const MOST_NAMED = 20;

/** `waybell import-history`: what the old system told becomes what Waybell knows, and nobody is told of it. */
export function importHistoryCommand(): Command {
  return command('import-history')
    .requiredOption(
      '--before <time>',
      say({ en: 'of before that: 2026-03-02, or 7d ago', zh: '此前的：2026-03-02，或 7d 之前' }),
      readMoment,
    )
    .addOption(queueColumnsOption())
    .option(
      '--carrier <code>',
      say({ en: 'of waybills whose row names none', zh: '行中没有写快递公司的运单所用的代码' }),
    )
    .option('--dry-run', say({ en: 'only say what would happen', zh: '只说明会发生什么' }))
    .option(
      '--json',
      say({
        en: 'for programs; rows that are left out go to standard error',
        zh: '输出 JSON，供程序使用；略过的行写到标准错误',
      }),
    )
    .action((options: HistoryOptions) => run(loadConfig(), options));
}

async function run(
  config: Config,
  { before, columns, carrier, dryRun = false, json }: HistoryOptions,
): Promise<void> {
  const { database, statusMap, shopTables, retention } = config;
  if (database.kind === 'embedded') throw new UsageError(say(NO_OLD_QUEUE));
  const pool = openPool(database.url, () => undefined);
  try {
    const problems = [...(await checkShop(pool, config)).problems];
    const missing = await findMissingQueueColumns(pool, columns);
    if (missing.length > 0) problems.push(say(columnsMissing(missing)));
    if (problems.length > 0) throw new Error(problems.join('\n'));
    let tally: HistoryTally = { rows: 0, stored: 0, known: 0, refused: [] };
    let refused = 0;
    const importAll = async (): Promise<void> => {
      const texts = { textDays: retention.texts };
      const parts = { pool, shopTables, columns, statusMap, before, dryRun, ...texts };
      for await (tally of importHistory({ ...parts, ...(carrier !== undefined && { carrier }) })) {
        for (const { id, reason } of tally.refused.slice(0, Math.max(0, MOST_NAMED - refused)))
          (json ? tellAside : tell)([
            toned('bad', say({ en: `${id} is left out: ${reason}`, zh: `${id} 不导入：${reason}` })),
          ]);
        refused += tally.refused.length;
      }
    };
    const asked = { before: before.toISOString(), carrier };
    const command = { action: 'import-history', subject: 'notify_queue', asked };
    await (dryRun ? importAll() : audited(pool, command, importAll));
    const { rows, stored, known } = tally;
    if (json) print(asJson({ dry_run: dryRun, rows, stored, known, left_out: refused }));
    else
      tell([
        say({
          en: `${rows} rows: ${stored} parcels ${dryRun ? 'would be' : 'are'} stored, ${known} known already, ${refused} rows left out. Nobody was told.`,
          zh: `${rows} 行：${dryRun ? '将保存' : '已保存'} ${stored} 个包裹，${known} 个已知，${refused} 行不导入。没有通知任何人。`,
        }),
      ]);
    if (refused > 0) process.exitCode = EXIT.trouble;
  } finally {
    await pool.end();
  }
}
