import { InvalidArgumentError, type Command } from 'commander';
import { loadConfig, type Config } from '../config/config';
import { findMissingQueueColumns, type QueueColumns } from '../database/old-queue';
import { openPool } from '../database/pool';
import { compareTold, type Difference } from '../insight/compare';
import { asJson, print } from '../terminal';
import { UsageError } from './exit-codes';
import { queueColumnsOption } from './queue-columns';
import { readMoment } from './read-moment';
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
    .requiredOption('--since <time>', '2026-03-02, 2026-03-02T10:00:00+08:00, or 36h, 7d ago', readMoment)
    .option('--until <time>', 'now, if left out', readMoment)
    .option('--limit <number>', 'parcels that are looked at', readLimit, 1_000)
    .option('--after <id>', 'where the last page ended', '')
    .addOption(queueColumnsOption())
    .option('--json', 'for programs')
    .action((options: CompareOptions) => run(loadConfig(), options));
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_PARCELS)
    throw new InvalidArgumentError(`write a number from 1 to ${MOST_PARCELS}.`);
  return limit;
}

async function run(config: Config, options: CompareOptions): Promise<void> {
  const { database, shopTables, statusMap } = config;
  const { since, until = new Date(), limit, after, columns, json } = options;
  if (database.kind === 'embedded')
    throw new UsageError('DATABASE_URL is not set: there is no old system to compare with.');
  if (since >= until) throw new UsageError('--since must be before --until.');
  const pool = openPool(database.url, () => undefined);
  try {
    const missing = await findMissingQueueColumns(pool, columns);
    if (missing.length > 0)
      throw new Error(
        `public.notify_queue has no column ${missing.join(', ')}: --columns says what it is called.`,
      );
    const parts = { pool, shopTables, statusMap, columns };
    const found = await compareTold(parts, { since, until, after, limit });
    const { both, differences, next } = found;
    if (differences.length > 0) process.exitCode = 1;
    if (json) return print(asJson({ both, differences: differences.map(asFields), next }));
    for (const one of differences) print(inWords(one));
    print(`${both} told by both, ${differences.length} by one only.`);
    if (next !== null) print(`There are more parcels: --after ${next}`);
  } finally {
    await pool.end();
  }
}

const asFields = ({ waybillId, carrier, trackingNo, orderId, toldBy, at, ...rest }: Difference) => ({
  ...{ waybill_id: waybillId, carrier, tracking_no: trackingNo, order_id: orderId },
  ...{ audience: rest.audience, status: rest.status, told_by: toldBy, at, why: rest.why },
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
}: Difference): string {
  const parcel = trackingNo === null ? `waybill ${waybillId}` : `${carrier ?? '?'} ${trackingNo}`;
  const order = orderId === null ? 'no order' : `order ${orderId}`;
  const who = toldBy === 'old' ? 'only the old system' : 'only Waybell';
  return `${at.toISOString()} ${parcel} (${order}) ${status} to the ${audience}: ${who}; ${why}`;
}
