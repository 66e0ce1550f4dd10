import type pg from 'pg';
import type { Logger } from 'pino';
import { inTransaction } from '../database/pool';
import { fillEventTexts } from '../database/scan-texts';

/** A notification that was written without its text, beside the writing of it, is committed by then; milliseconds. */
const COMMITTED_AFTER_MS = 5_000;
/** Deliveries of one statement. */
const AT_ONCE = 500;

/** Gives notifications the text of their scan that came later than they. */
export interface LateTexts {
  /** To the notifications that are there, with those that are due, and soon once more: one may be just being written. Never throws. */
  fill(workflowIds: readonly string[]): Promise<void>;
  /** The second look at what is due, or at everything that is left. */
  fillAgain(which: 'due' | 'all'): Promise<void>;
}

export function createLateTexts({ pool, log }: { readonly pool: pg.Pool; readonly log: Logger }): LateTexts {
  let again: { readonly workflowId: string; readonly at: number }[] = [];

  /** No decision and no push needs the text, so what a shop's column does not take holds up nothing. */
  async function fillAll(workflowIds: readonly string[]): Promise<void> {
    for (let from = 0; from < workflowIds.length; from += AT_ONCE) {
      try {
        await inTransaction(pool, (db) => fillEventTexts(db, workflowIds.slice(from, from + AT_ONCE)));
      } catch (error) {
        log.warn({ err: error }, 'notifications do not have the text of their scan yet');
      }
    }
  }

  function takeDue(now: number): string[] {
    const due = again.filter(({ at }) => at <= now);
    again = again.filter(({ at }) => at > now);
    return due.map(({ workflowId }) => workflowId);
  }

  return {
    async fill(workflowIds) {
      const now = Date.now();
      const due = takeDue(now);
      again.push(...workflowIds.map((workflowId) => ({ workflowId, at: now + COMMITTED_AFTER_MS })));
      await fillAll([...new Set([...due, ...workflowIds])]);
    },
    async fillAgain(which) {
      await fillAll([...new Set(takeDue(which === 'all' ? Infinity : Date.now()))]);
    },
  };
}
