import { InvalidArgumentError, type Command } from 'commander';
import { loadConfig, type Config } from '../config/config';
import { findMissingQueueColumns, type QueueColumns } from '../database/old-queue';
import { openPool } from '../database/pool';
import { compareTold, type Difference } from '../insight/compare';
import type { Explanation } from '../shipment/explanation';
import { SpokenError } from '../spoken';
import { asJson, print, tell } from '../terminal';
import { EXIT, UsageError } from './exit-codes';
import { named, say } from './language';
import { columnsMissing, queueColumnsOption } from './queue-columns';
import { readMoment } from './read-moment';
import { jsonOption } from './checked-option';
import { command } from './summaries';

interface CompareOptions {
  readonly since: Date;
  readonly until?: Date;
  readonly limit: number;
  readonly after: string;
  readonly columns: QueueColumns;
  readonly json?: true;
}

const MOST_PARCELS = 10_000;

/** `waybell compare`: whom the old system told, and whom Waybell would have told beside it. */
export function compareCommand(): Command {
  return command('compare')
    .requiredOption(
      '--since <time>',
      say({
        en: '2026-03-02, 2026-03-02T10:00:00+08:00, or 36h, 7d ago',
        zh: '2026-03-02、2026-03-02T10:00:00+08:00，或 36h、7d 之前',
      }),
      readMoment,
    )
    .option('--until <time>', say({ en: 'now, if left out', zh: '不写则为现在' }), readMoment)
    .option(
      '--limit <number>',
      say({ en: 'parcels that are looked at', zh: '查看多少个包裹' }),
      readLimit,
      1_000,
    )
    .option('--after <id>', say({ en: 'where the last page ended', zh: '上一页结束的位置' }), '')
    .addOption(queueColumnsOption())
    .addOption(jsonOption())
    .action((options: CompareOptions) => run(loadConfig(), options));
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_PARCELS)
    throw new InvalidArgumentError(
      say({ en: `write a number from 1 to ${MOST_PARCELS}.`, zh: `请写 1 到 ${MOST_PARCELS} 的数。` }),
    );
  return limit;
}

async function run(config: Config, options: CompareOptions): Promise<void> {
  const { database, shopTables, statusMap } = config;
  const { since, until = new Date(), limit, after, columns, json } = options;
  if (database.kind === 'embedded')
    throw new UsageError(
      say({
        en: 'DATABASE_URL is not set: there is no old system to compare with.',
        zh: '没有设置 DATABASE_URL：没有可比较的旧系统。',
      }),
    );
  if (since >= until)
    throw new UsageError(say({ en: '--since must be before --until.', zh: '--since 必须早于 --until。' }));
  const pool = openPool(database.url, () => undefined);
  try {
    const missing = await findMissingQueueColumns(pool, columns);
    if (missing.length > 0) throw new SpokenError(columnsMissing(missing));
    const parts = { pool, shopTables, statusMap, columns };
    const found = await compareTold(parts, { since, until, after, limit });
    const { both, differences, next } = found;
    if (differences.length > 0) process.exitCode = EXIT.trouble;
    if (json) return print(asJson({ both, differences: differences.map(asFields), next }));
    const sum = {
      en: `${both} told by both, ${differences.length} by one only.`,
      zh: `${both} 条两边都通知过，${differences.length} 条只有一边通知过。`,
    };
    const more = { en: `There are more parcels: --after ${next}`, zh: `还有更多包裹：--after ${next}` };
    tell([...differences.map(inWords).map(say), say(sum), ...(next === null ? [] : [say(more)])]);
  } finally {
    await pool.end();
  }
}

const asFields = ({ waybillId, carrier, trackingNo, orderId, toldBy, at, ...rest }: Difference) => ({
  ...{ waybill_id: waybillId, carrier, tracking_no: trackingNo, order_id: orderId },
  ...{ audience: rest.audience, status: rest.status, told_by: toldBy, at, why: rest.why.en },
});

function inWords({
  carrier,
  trackingNo,
  waybillId,
  orderId,
  audience,
  status,
  toldBy,
  at,
  why,
}: Difference): Explanation {
  const known = trackingNo === null ? undefined : `${carrier ?? '?'} ${trackingNo}`;
  const isOld = toldBy === 'old';
  const time = at.toISOString();
  return {
    en: `${time} ${known ?? `waybill ${waybillId}`} (${orderId === null ? 'no order' : `order ${orderId}`}) ${status} to the ${audience}: ${isOld ? 'only the old system' : 'only Waybell'}; ${why.en}`,
    zh: `${time} ${known ?? `运单 ${waybillId}`}（${orderId === null ? '没有订单' : `订单 ${orderId}`}）${named('status', status)}，${named('audience', audience)}：${isOld ? '只有旧系统通知过' : '只有 Waybell 会通知'}；${why.zh}`,
  };
}
