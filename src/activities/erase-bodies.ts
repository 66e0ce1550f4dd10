import { selectErasedUntil } from '../database/erasure-marks';
import { addErased } from '../database/erasures';
import { inTransaction } from '../database/pool';
import { emptyWebhooks, selectWebhooksTelling } from '../database/webhook-archive';
import { numbersOf, tellsOnlyOf } from '../deliveries/erasable-webhook';
import type { ActivityDeps } from './deps';

const PAGE = 200;
/** Nobody waits for a page; milliseconds. */
const STATEMENT_MS = 20_000;

/** Empties the archived bodies that tell of nothing but what is erased, by this erasure or by an earlier one. */
export function createEraseBodies({ pool }: ActivityDeps) {
  return async function eraseBodies(erasureId: string, workflowIds: readonly string[]): Promise<void> {
    let after = '';
    for (;;) {
      const page = await inTransaction(
        pool,
        async (db) => {
          const webhooks = await selectWebhooksTelling(db, workflowIds, after, PAGE);
          const erased = await selectErasedUntil(db, 'number', webhooks.flatMap(numbersOf));
          const alone = webhooks.filter((webhook) => tellsOnlyOf(webhook, (number) => erased.has(number)));
          const count = await emptyWebhooks(
            db,
            alone.map(({ id }) => id),
          );
          if (count > 0) await addErased(db, erasureId, { webhook_bodies: count });
          return webhooks;
        },
        STATEMENT_MS,
      );
      if (page.length < PAGE) return;
      after = page.at(-1)?.id ?? after;
    }
  };
}
