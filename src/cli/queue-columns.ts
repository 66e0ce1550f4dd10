import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { QueueColumns } from '../database/old-queue';

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
      '--columns must be JSON such as {"status":"event_type"}; keys: waybillId, status, text, time.',
    );
  }
}

/** What the columns of the old queue are called, where they have other names. */
export const queueColumnsOption = (): Option =>
  new Option('--columns <json>', 'other names of its columns: {"waybillId", "status", "text", "time"}')
    .argParser(readColumns)
    .default(queueColumns.parse({}));
