import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../../config/config';
import { SEND_STATUSES } from '../../shipment/delivery';
import type { Explanation } from '../../shipment/explanation';
import { SHIPMENT_STATUSES } from '../../shipment/status';
import { AUDIENCES } from '../../shipment/update';
import type { Queryable } from '../pool';

interface WrittenColumn {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly words: readonly string[];
}

interface ColumnRules extends WrittenColumn {
  readonly type: string;
  readonly takes_text: boolean;
  /** Of an enum type. */
  readonly labels: readonly string[] | null;
  readonly max_length: number | null;
  /** The conditions of CHECK constraints on this column alone. */
  readonly checks: readonly string[];
}

/** A waybill's id is a uuid or shorter; nothing in a notification's id is longer than here. */
const LONGEST_MESSAGE_ID = `${'0'.repeat(36)}:10:available_for_pickup:10:merchant`;

/** Finds words that Waybell writes and a column does not take: too narrow, of another type, or checked. */
export async function findRefusedWords(
  db: Queryable,
  waybills: ShopTables['waybills'],
): Promise<Explanation[]> {
  const notifications = { schema: 'public', table: 'express_notifications' };
  const written: readonly WrittenColumn[] = [
    { ...notifications, column: 'message_id', words: [LONGEST_MESSAGE_ID] },
    { ...notifications, column: 'aud', words: AUDIENCES },
    { ...notifications, column: 'send_status', words: SEND_STATUSES },
    { ...notifications, column: 'status', words: SHIPMENT_STATUSES },
    { schema: waybills.schema, table: waybills.table, column: waybills.status, words: SHIPMENT_STATUSES },
  ];
  const sentences: Explanation[] = [];
  for (const rules of await selectRules(db, written)) {
    const byType = refusedByType(rules);
    const left = rules.words.filter((word) => !byType.includes(word));
    const refused = [...byType, ...(await refusedByChecks(db, rules, left))];
    if (refused.length === 0) continue;
    const name = `${rules.schema}.${rules.table}.${rules.column}`;
    sentences.push({
      en: `${name} (${rules.type}) does not take ${refused.join(', ')}, which Waybell writes: let it, or give Waybell a column of its own.`,
      zh: `${name}（${rules.type}）不接受 Waybell 会写入的 ${refused.join('、')}：请允许写入，或给 Waybell 一个自己的列。`,
    });
  }
  return sentences;
}

async function selectRules(db: Queryable, written: readonly WrittenColumn[]): Promise<ColumnRules[]> {
  const { rows } = await db.query<ColumnRules>(
    `select w.schema, w.table, w.column, w.words, format_type(a.atttypid, a.atttypmod) as type,
            t.typcategory in ('S', 'E') as takes_text,
            (select array_agg(enumlabel::text) from pg_enum where enumtypid = t.oid) as labels,
            case when t.oid in ('varchar'::regtype, 'bpchar'::regtype) and a.atttypmod > 4
                 then a.atttypmod - 4 end as max_length,
            array(select pg_get_expr(k.conbin, k.conrelid) from pg_constraint k
                   where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]) as checks
       from jsonb_to_recordset($1) as w(schema text, "table" text, "column" text, words jsonb)
       join pg_namespace n on n.nspname = w.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = w.table
       join pg_attribute a on a.attrelid = c.oid and a.attname = w.column and not a.attisdropped
       join pg_type t on t.oid = a.atttypid
      order by 1, 2, 3`,
    [JSON.stringify(written)],
  );
  return rows;
}

function refusedByType({ words, takes_text, labels, max_length }: ColumnRules): readonly string[] {
  if (!takes_text) return words;
  return words.filter(
    (word) =>
      (labels !== null && !labels.includes(word)) || (max_length !== null && word.length > max_length),
  );
}

/** Asks PostgreSQL itself, with the very expression that it would evaluate on the insert. */
async function refusedByChecks(
  db: Queryable,
  { column, type, checks }: ColumnRules,
  words: readonly string[],
): Promise<string[]> {
  const refused = new Set<string>();
  for (const check of checks) {
    const { rows } = await db.query<{ word: string }>(
      `select waybell.word from unnest($1::text[]) as waybell(word)
         cross join lateral (select waybell.word::${type} as ${escapeIdentifier(column)}) as row
        where not (${check})`,
      [words],
    );
    for (const { word } of rows) refused.add(word);
  }
  return [...refused];
}
