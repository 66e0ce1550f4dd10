import { setTimeout as delay } from 'node:timers/promises';
import type { Router } from 'express';
import type { ApiDependencies } from './dependencies';
import { forgetSilentJournal, listJournals } from '../database/journals';
import { inTransaction } from '../database/pool';
import { HttpProblem } from './http-problem';
import { forgetJournal, showLedger, type LedgerAnswer } from './ledger-operations';
import { serve } from './operation';
import { fieldInvalid } from './request-input';
import { balanceLedger } from '../insight/ledger';

/** An outage may have left many webhooks to unmark; milliseconds. */
const MANY_ROWS_MS = 20_000;

/**
 * How long a silent journal is listened for before it is forgotten; milliseconds. After an outage of PostgreSQL every
 * journal looks silent, until its process tries again, which it does every 5 s.
 */
const LISTENS_MS = 15_000;

/** Where everything went that was accepted. */
export function addLedgerRoutes(router: Router, deps: ApiDependencies): void {
  const { pool } = deps;
  serve(router, showLedger, async ({ query: { since } }): Promise<LedgerAnswer> => {
    if (since.getTime() > Date.now()) throw fieldInvalid('since', 'must not lie ahead');
    const ledger = await balanceLedger(deps, since);
    const { updates, audiences, differences, closes, until, unheard } = ledger;
    const { notHandedOver, ...counts } = updates;
    return {
      ok: true,
      ...{ since, until, closes },
      updates: { ...counts, not_handed_over: notHandedOver },
      audiences: {
        ...audiences,
        suppressed: { ...audiences.suppressed },
        failed: { ...audiences.failed },
        waiting: { ...audiences.waiting },
      },
      differences: differences.map(({ workflowId, problem }) => ({
        workflow_id: workflowId,
        problem: problem.en,
        explanation: problem,
      })),
      unheard: unheard.map(({ journalId, place, heardAt }) => ({
        journal_id: journalId,
        place,
        heard_at: heardAt,
      })),
    };
  });

  serve(router, forgetJournal, async ({ params: { journal_id: id } }) => {
    const journals = await inTransaction(pool, listJournals);
    if (journals.some(({ journalId, silent }) => journalId === id && silent)) {
      await delay(LISTENS_MS);
      const webhooks = await inTransaction(pool, (db) => forgetSilentJournal(db, id), MANY_ROWS_MS);
      if (webhooks !== null) return { ok: true, webhooks };
    }
    throw new HttpProblem('journal-unknown', `no journal ${id} is missing`, { field: 'journal_id' });
  });
}
