import type { Queryable } from './pool';
import type { WakeReason } from './waits-to-wake';

/** Notes which waits were signalled, so that the sweep does not wake them again at once. */
export async function markWaitsWoken(
  db: Queryable,
  kind: WakeReason['kind'],
  workflowIds: readonly string[],
): Promise<void> {
  await db.query(
    `update waybell.express_waits set woken_at = now() where kind = $1 and workflow_id = any ($2)`,
    [kind, workflowIds],
  );
}
