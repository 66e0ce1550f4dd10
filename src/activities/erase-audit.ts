import { heartbeat } from '@temporalio/activity';
import { eraseAuditSubjects, selectNamingEntries, type NamingEntry } from '../database/erase-person';
import { selectErasureNames } from '../database/erasure-parcels';
import { addErased } from '../database/erasures';
import { inTransaction } from '../database/pool';
import type { ActivityDeps } from './deps';

/** Nobody waits for a page; milliseconds. */
const STATEMENT_MS = 20_000;
/** A text of JSON, with the colon behind it where it is the name of a field; it may have been cut at its end. */
const QUOTED = /"((?:[^"\\]|\\.)*)(?:"(\s*:)?|$)/g;
/** What parts the words of a subject and of a text; a slash may stand within a number, too. */
const BETWEEN_WORDS = /[\s"',[\]{}]+/;

/** Takes from the audit whom it names: of a decision stays who made it, when, and how it ended. */
export function createEraseAudit({ pool }: ActivityDeps) {
  return async function eraseAudit(erasureId: string, subjectId: string): Promise<void> {
    const parcels = await inTransaction(pool, (db) => selectErasureNames(db, erasureId), STATEMENT_MS);
    const names = new Set([...parcels, subjectId]);
    let after = '0';
    for (;;) {
      const page = await inTransaction(pool, (db) => selectNamingEntries(db, after), STATEMENT_MS);
      const naming = page.entries.filter((entry) => namesAny(entry, names)).map(({ id }) => id);
      if (naming.length > 0) {
        await inTransaction(pool, async (db) => {
          await eraseAuditSubjects(db, naming);
          await addErased(db, erasureId, { audit_entries: naming.length });
        });
      }
      heartbeat();
      if (!page.more) return;
      after = page.entries.at(-1)?.id ?? after;
    }
  };
}

/**
 * A number that is not quoted is a count and the name of a field is a word of ours: neither names anybody, and an
 * empty word would name everybody.
 */
export function namesAny(
  { subject, asked }: Pick<NamingEntry, 'subject' | 'asked'>,
  names: ReadonlySet<string>,
): boolean {
  const values = [...asked.matchAll(QUOTED)].flatMap(([, text = '', colon]) =>
    colon === undefined ? [text] : [],
  );
  return [subject, ...values]
    .flatMap((text) => text.split(BETWEEN_WORDS))
    .some((word) =>
      [word, ...word.split('/'), ...word.split(':')].some((part) => part !== '' && names.has(part)),
    );
}
