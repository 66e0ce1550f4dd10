import type pg from 'pg';
import {
  deleteJournal,
  markWebhooksHandedOver,
  reportJournal,
  selectKeptWebhooks,
} from '../database/journals';
import { inTransaction } from '../database/pool';
import type { Journal } from './journal';

/** Webhooks whose mark is taken away at once. */
const PAGE = 1_000;

/** Tells the other processes, by the database, what this journal holds. */
export interface JournalReport {
  /** @param archivedUntil everything that was received before is in the archive; milliseconds since 1970 */
  tell(archivedUntil: number): Promise<void>;
  /** Before the end: a journal that holds nothing is forgotten, any other is missed until it is opened again. */
  takeLeave(): Promise<void>;
}

export function createJournalReport(journal: Journal, pool: pg.Pool, place: string): JournalReport {
  const journalId = journal.id;

  /** Takes the mark from archived webhooks that Temporal has by now. They are handed over from the oldest on. */
  async function unmark(): Promise<void> {
    for (;;) {
      const handedOver = await inTransaction(pool, async (db) => {
        const kept = await selectKeptWebhooks(db, journalId, PAGE);
        const ids = kept.filter((id) => !journal.isWaiting(id));
        if (ids.length > 0) await markWebhooksHandedOver(db, ids);
        return ids.length;
      });
      if (handedOver < PAGE) return;
    }
  }

  return {
    async tell(archivedUntil) {
      await unmark();
      const { waiting, oldestAt } = journal.state();
      await inTransaction(pool, (db) =>
        reportJournal(db, {
          journalId,
          place,
          archivedUntil: new Date(archivedUntil),
          waiting,
          oldestAt: oldestAt === undefined ? null : new Date(oldestAt),
        }),
      );
    },

    async takeLeave() {
      const { waiting, unarchived } = journal.state();
      if (waiting + unarchived === 0) await inTransaction(pool, (db) => deleteJournal(db, journalId));
    },
  };
}
