import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { QueueColumns } from '../database/old-queue';
import type { Explanation } from '../shipment/explanation';
import { say } from './language';

const columnName = z.string().min(1).max(63);
const queueColumns = z
  .object({
    waybillId: columnName.default('waybill_id'),
    status: columnName.default('event_status'),
    text: columnName.default('event_text'),
    time: columnName.default('created_at'),
  })
  .strict();

function readColumns(json: string): QueueColumns {
  try {
    return queueColumns.parse(JSON.parse(json));
  } catch {
    throw new InvalidArgumentError(
      say({
        en: '--columns must be JSON such as {"status":"event_type"}; keys: waybillId, status, text, time.',
        zh: '--columns 必须是 JSON，例如 {"status":"event_type"}；键：waybillId、status、text、time。',
      }),
    );
  }
}

/** What is said where the queue of the old system lacks a column that is looked for. */
export const columnsMissing = (names: readonly string[]): Explanation => ({
  en: `public.notify_queue has no column ${names.join(', ')}: --columns says what it is called.`,
  zh: `public.notify_queue 没有列 ${names.join('、')}：请用 --columns 说明它的名称。`,
});

export const NO_OLD_QUEUE: Explanation = {
  en: 'DATABASE_URL is not set: there is no old queue to import.',
  zh: '没有设置 DATABASE_URL：没有可导入的旧队列。',
};

/** What the columns of the old queue are called, where they have other names. */
export const queueColumnsOption = (): Option =>
  new Option(
    '--columns <json>',
    say({
      en: 'other names of its columns: {"waybillId", "status", "text", "time"}',
      zh: '其列的其他名称：{"waybillId", "status", "text", "time"}',
    }),
  )
    .argParser(readColumns)
    .default(queueColumns.parse({}));
