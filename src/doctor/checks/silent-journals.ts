import { type KnownJournal, listJournals } from '../../database/journals';
import { findPendingMigrations } from '../../database/schema/migrate';
import { inTransaction } from '../../database/pool';
import type { Check } from '../check';
import { ok, problem, warning, type Seen } from '../finding';

/** API processes, here and elsewhere, whose journals are not heard of any more. */
export const silentJournals: Check = {
  name: 'journal',
  async run({ database }) {
    const { pool } = await database();
    // Before the migration nobody can report anything.
    if ((await findPendingMigrations(pool)).length > 0) return [];
    const journals = await inTransaction(pool, listJournals);
    const silent = journals.filter((journal) => journal.silent);
    return silent.length > 0 ? silent.map(missing) : [ok('No journal of an API process is missing.')];
  },
};

function missing({ journalId, place, heardAt, waiting }: KnownJournal): Seen {
  const found = `The journal of ${place} is not heard of since ${heardAt.toISOString()}; it kept ${waiting} webhook(s) for Temporal then.`;
  const fix = `Start that API process again with its DATA_DIR; if it is gone for good: waybell forget-journal ${journalId}`;
  return waiting > 0 ? problem(found, fix) : warning(found, fix);
}
