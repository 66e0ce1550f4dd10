import type { ShipmentUpdate } from '../shipment/update';
import type { Queryable } from './pool';

/** A delivery that was built from rows of the old queue. */
export interface QueueImport {
  readonly workflowId: string;
  readonly update: ShipmentUpdate;
  readonly queueIds: readonly string[];
}

/** Notes a delivery before it starts. Rows that were put back into the queue by hand are taken once more. */
export async function insertQueueImport(
  db: Queryable,
  { workflowId, update, queueIds }: QueueImport,
): Promise<void> {
  await db.query(
    `insert into waybell.queue_imports (workflow_id, update, queue_ids) values ($1, $2, $3)
     on conflict (workflow_id) do update set started_at = null`,
    [workflowId, JSON.stringify(update), queueIds],
  );
}

/** What an interrupted import has taken and perhaps not started. */
export async function selectUnstartedImports(db: Queryable, limit: number): Promise<QueueImport[]> {
  const { rows } = await db.query<QueueImport>(
    `select workflow_id as "workflowId", update, queue_ids as "queueIds" from waybell.queue_imports
      where started_at is null order by workflow_id limit $1`,
    [limit],
  );
  return rows;
}

export async function markImportStarted(db: Queryable, workflowId: string): Promise<void> {
  await db.query('update waybell.queue_imports set started_at = now() where workflow_id = $1', [workflowId]);
}
