import type { Router } from 'express';
import { endHold, countHeldDeactivations, listHolds, settleHeldDeactivations } from '../database/held';
import { inTransaction } from '../database/pool';
import { forgetFailedRequests, listOutages } from '../database/provider-failures';
import type { ApiDependencies } from './dependencies';
import { serve } from './operation';
import { listProviders, releaseProvider, settleDeactivations } from './provider-operations';

/** What a person sees of push providers, and decides about them. */
export function addProviderRoutes(router: Router, { pool }: Pick<ApiDependencies, 'pool'>): void {
  serve(router, listProviders, () =>
    inTransaction(pool, async (db) => ({
      ok: true,
      held: (await listHolds(db)).map(({ provider, cause, words, openedAt, probeAt }) => ({
        provider,
        cause,
        words,
        since: openedAt,
        next_probe: probeAt,
      })),
      down: (await listOutages(db)).map(({ provider, since, failedAt, reason, words }) => ({
        ...{ provider, since, reason, words },
        failed_at: failedAt,
      })),
      held_deactivations: await countHeldDeactivations(db),
    })),
  );

  serve(router, releaseProvider, async ({ params: { name } }) => ({
    ok: true,
    released: await inTransaction(pool, async (db) => {
      const released = await endHold(db, name);
      await forgetFailedRequests(db, name);
      return released;
    }),
  }));

  serve(router, settleDeactivations, async ({ params: { name }, body: { apply } }) => ({
    ok: true,
    devices: await inTransaction(pool, (db) => settleHeldDeactivations(db, name, apply)),
  }));
}
