import { inTransaction } from '../database/pool';
import { writeResults } from '../database/write-push';
import type { PushResult } from '../shipment/delivery';
import type { ActivityDeps } from './deps';

export interface RecordResultsInput {
  readonly workflowId: string;
  readonly round: number;
  readonly results: readonly PushResult[];
}

/** Writes the results of one page once more, before the workflow forgets them and goes on with the next. */
export function createRecordResults({ pool }: ActivityDeps) {
  return function recordResults({ workflowId, round, results }: RecordResultsInput): Promise<void> {
    return inTransaction(pool, (db) => writeResults(db, workflowId, round, results));
  };
}
