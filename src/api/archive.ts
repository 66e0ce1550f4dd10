import type { Router } from 'express';
import { inTransaction } from '../database/pool';
import { selectWebhooks } from '../database/webhook-archive';
import type { Flaw } from '../sources/source';
import { listWebhooks } from './archive-operations';
import type { ApiDependencies } from './dependencies';
import { serve } from './operation';

/** What people ask about webhooks: which came, and what was not understood of them. */
export function addArchiveRoutes(router: Router, { pool }: ApiDependencies): void {
  serve(router, listWebhooks, async ({ query }) => {
    const webhooks = await inTransaction(pool, (db) =>
      selectWebhooks(db, { ...query, order: 'newest first' }),
    );
    const shown = webhooks.map(({ id, source, channel, receivedAt, body, verdict, flaws, workflowIds }) => ({
      ...{ id, source, channel, verdict },
      received_at: receivedAt.toISOString(),
      bytes: body.length,
      flaws: [...(flaws as readonly Flaw[])],
      workflow_ids: [...workflowIds],
    }));
    return { ok: true, webhooks: shown, count: shown.length };
  });
}
