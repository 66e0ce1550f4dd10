import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { loadConfig, type Config } from '../config/config';
import { checkShop } from '../database/schema/check-shop';
import { countQueueRows, findMissingQueueColumns, type QueueColumns } from '../database/old-queue';
import { openPool } from '../database/pool';
import { importQueue, type ImportTally, type QueueRefusal } from '../intake/import-queue';
import { startDelivery } from '../deliveries/start';
import { openTemporal } from '../process/open-temporal';
import { audited } from './audited';
import { columnsMissing, NO_OLD_QUEUE, queueColumnsOption } from './queue-columns';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, tell, toned } from '../terminal';
import { EXIT, UsageError } from './exit-codes';
import { say } from './language';
import { jsonOption } from './checked-option';
import { command } from './summaries';

interface ImportOptions {
  readonly columns: QueueColumns;
  readonly carrier?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `waybell import-queue`: what the old system had queued becomes deliveries. */
export function importQueueCommand(): Command {
  return command('import-queue')
    .addOption(queueColumnsOption())
    .option(
      '--carrier <code>',
      say({ en: 'of waybills whose row names none', zh: '行中没有写快递公司的运单所用的代码' }),
    )
    .option('--dry-run', say({ en: 'only say what would happen', zh: '只说明会发生什么' }))
    .addOption(jsonOption())
    .action((options: ImportOptions) => run(loadConfig(), options));
}

async function run(config: Config, { columns, carrier, dryRun, json }: ImportOptions): Promise<void> {
  const { database, waitLimits: limits, statusMap, shopTables, retention, consoleUrl } = config;
  if (database.kind === 'embedded') throw new UsageError(say(NO_OLD_QUEUE));
  const pool = openPool(database.url, () => undefined);
  const bar = new SingleBar({
    format: say({ en: '{bar} {value} of {total} rows', zh: '{bar} {value} / {total} 行' }),
    noTTYOutput: true,
    clearOnComplete: true,
  });
  let close = (): Promise<void> => Promise.resolve();
  try {
    const problems = [...(await checkShop(pool, config)).problems];
    const missing = await findMissingQueueColumns(pool, columns);
    if (missing.length > 0) problems.push(say(columnsMissing(missing)));
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const connected = dryRun ? undefined : await openTemporal(config);
    if (connected) close = connected.close;
    bar.start(await countQueueRows(pool), 0);
    const refused: QueueRefusal[] = [];
    let tally: ImportTally | undefined;
    const importAll = async (): Promise<void> => {
      for await (tally of importQueue({
        pool,
        shopTables,
        columns,
        textDays: retention.texts,
        rules: { statusMap, ...(carrier !== undefined && { carrier }) },
        ...(connected && {
          start: ({ workflowId, update }) =>
            startDelivery({ temporal: connected.client, consoleUrl }, { update, limits }, workflowId),
        }),
      })) {
        refused.push(...tally.refused);
        bar.update(tally.rows);
      }
    };
    const command = { action: 'import-queue', subject: 'notify_queue', asked: { carrier } };
    await (dryRun ? importAll() : audited(pool, command, importAll));
    bar.stop();
    if (json) print(asJson({ dry_run: dryRun === true, ...(tally ?? NO_ROWS), refused }));
    else {
      tell([
        ...refused.map(({ id, reason }) =>
          toned('bad', say({ en: `${id} stays in the queue: ${reason}`, zh: `${id} 留在队列中：${reason}` })),
        ),
        ...(tally ? [say(describe(tally, refused.length, dryRun === true))] : []),
      ]);
    }
    if (refused.length > 0) process.exitCode = EXIT.trouble;
  } finally {
    bar.stop();
    await close();
    await pool.end();
  }
}

const NO_ROWS = { rows: 0, deliveries: 0, started: 0, known: 0 };

function describe(
  { rows, deliveries, started, known }: ImportTally,
  refused: number,
  dryRun: boolean,
): Explanation {
  const done = dryRun
    ? {
        en: 'Nothing was changed: leave out --dry-run to import them.',
        zh: '没有做任何更改：去掉 --dry-run 即可导入。',
      }
    : {
        en: `${started} deliveries started, ${known} known already.`,
        zh: `启动了 ${started} 个投递，${known} 个已知。`,
      };
  return {
    en: `${rows} open rows: ${deliveries} deliveries, ${refused} rows refused. ${done.en}`,
    zh: `${rows} 行未完成：${deliveries} 个投递，${refused} 行被拒绝。${done.zh}`,
  };
}
