import type pg from 'pg';
import { inTransaction } from '../database/pool';
import { selectSeenWords, type SeenWord } from '../database/seen-words';
import { isWordDigest } from '../deliveries/word-digest';
import { escapeInvisible } from '../shipment/shown-text';
import { type Meaning, meaningToShop, type StatusMap, wordAt } from '../shipment/status';
import { findSource } from '../sources/registry';

export const WORD_STANDINGS = ['unknown', 'mapped', 'corrected', 'known'] as const;
/**
 * What a word that was seen is today: `unknown`, in no table and not in the setting; `mapped` by the setting, it or
 * a coarser word beside it, and in no table; `corrected`: the setting goes before the table; `known`: the table alone says it, since the scans were read.
 */
export type WordStanding = (typeof WORD_STANDINGS)[number];

/** A word that was seen, and what is made of it today. */
export interface JudgedWord extends SeenWord {
  readonly standing: WordStanding;
  /** What it means today. */
  readonly means: Meaning;
}

/** Words of sources that no table knows, or that the shop has corrected: the unknown ones first. */
export async function listWords(
  { pool, statusMap }: { readonly pool: pg.Pool; readonly statusMap: StatusMap },
  limit: number,
): Promise<JudgedWord[]> {
  const seen = await inTransaction(pool, (db) => selectSeenWords(db, limit));
  const judged = seen.map((word) => ({ ...word, ...judge(word, statusMap) }));
  return judged.sort((a, b) => Number(b.standing === 'unknown') - Number(a.standing === 'unknown'));
}

function judge(
  { source: name, word, unread, lastReadAs }: SeenWord,
  statusMap: StatusMap,
): Pick<JudgedWord, 'standing' | 'means'> {
  const source = findSource(name);
  const isInTable = source !== undefined && Object.hasOwn(source.statusTable, word);
  const corrected = meaningToShop(wordAt(name, word), statusMap);
  if (corrected !== undefined) return { standing: isInTable ? 'corrected' : 'mapped', means: corrected };
  if (isInTable) return { standing: 'known', means: source.statusTable[word] ?? null };
  const mapped = meaningToShop(word, statusMap);
  if (mapped !== undefined) return { standing: 'mapped', means: mapped };
  // Where every scan in it was read, it was by a coarser word beside it, which the setting holds.
  return unread > 0 ? { standing: 'unknown', means: null } : { standing: 'mapped', means: lastReadAs };
}

/** Stands in the setting where a person has to choose a status. No start takes it. */
export const TO_CHOOSE = '?';

/**
 * The value of `STATUS_MAP` that would map every unknown word, with all that it holds already. Fit to stand between
 * single quotes, and on one line.
 */
export function settingFor(
  words: readonly Pick<JudgedWord, 'source' | 'word' | 'standing'>[],
  statusMap: StatusMap,
): string {
  // Nobody can say what a word means of which only the digest is left.
  const unknown = words.filter(({ standing, word }) => standing === 'unknown' && !isWordDigest(word));
  const added = unknown.map(({ source, word }) => [wordAt(source, word), TO_CHOOSE] as const);
  return escapeInvisible(JSON.stringify({ ...statusMap, ...Object.fromEntries(added) })).replaceAll(
    "'",
    '\\u0027',
  );
}
