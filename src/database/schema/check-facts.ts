import type pg from 'pg';
import { mappedFacts, type ShopTables } from '../../config/shop-tables';
import { joined, type Explanation } from '../../shipment/explanation';
import {
  type FactRow,
  findUnread,
  fixOfUnread,
  type MappedFact,
  partOf,
  type UnreadFact,
  whatIsUnread,
} from '../../shipment/shop-facts';
import { linkedOrder } from '../find-recipients';
import { readIdTypesNow } from '../ids';
import type { Queryable } from '../pool';
import { sampleWaybills } from '../shop-carriers';
import { shopNames } from '../shop-names';
import { checkMembers, type FactFinding, lendAgain, TAKE_ANOTHER } from './check-members';
import { findStaleFunctions } from './lent-facts';
import { detectMembersAccess } from './members-access';
import { detectOrderAccess } from './order-access';

/** Waybills whose facts are read. */
const SAMPLED = 1_000;
/** More are not read by people. */
const MOST_SHOWN = 10;

/**
 * Looks at what SHOP_TABLES maps beside the two tables: whether the columns are there, of a type that can say it, and
 * hold what is understood; whether they are lent to this role; and whether the members of a merchant are found.
 * Needs a transaction, whose statements have a limit.
 */
export async function checkFacts(db: Queryable, tables: ShopTables): Promise<FactFinding[]> {
  const facts = mappedFacts(tables);
  const { members } = tables;
  if (facts.length === 0 && members === undefined) return [];
  const columns = await findUnfitColumns(db, tables, facts);
  const stale = await findUnlent(db, tables);
  const { unread, merchantId } = await readSample(db, tables, facts);
  return [
    ...columns,
    ...stale,
    ...unread.slice(0, MOST_SHOWN).map((one) => ({ sentence: whatIsUnread(one), fix: fixOfUnread(one) })),
    ...(members === undefined ? [] : await checkMembers(db, tables, members, merchantId)),
  ];
}

/** A look takes this long at most; milliseconds. */
const LOOK_TIMEOUT_MS = 8_000;

/** The same on a connection of its own, before the start; one sentence each. */
export async function describeFacts(db: pg.Client, tables: ShopTables): Promise<string[]> {
  await db.query(`begin; set local statement_timeout = ${LOOK_TIMEOUT_MS}`);
  try {
    return (await checkFacts(db, tables)).map(({ sentence, fix }) => `${sentence.en} ${fix.en}`);
  } catch (error) {
    return [`What SHOP_TABLES maps beside the two tables could not be looked at: ${String(error)}.`];
  } finally {
    await db.query('rollback');
  }
}

/** Categories of `pg_type`: text, enums, numbers and yes or no say words; dates and times say when. */
const FIT_TYPES: Readonly<Partial<Record<MappedFact['fact'], string>>> = {
  promisedAt: 'DS',
  shippedAt: 'DS',
  phoneTail: 'S',
};
const WORD_TYPES = 'SENB';

async function findUnfitColumns(
  db: Queryable,
  tables: ShopTables,
  facts: readonly MappedFact[],
): Promise<FactFinding[]> {
  const ofFacts = facts.map((of) => {
    const { schema, table } = tables[partOf(of)];
    return {
      ...{ schema, table, setting: of.setting, column: of.column },
      fit: FIT_TYPES[of.fact] ?? WORD_TYPES,
    };
  });
  const { members } = tables;
  const ofMembers =
    members === undefined || 'function' in members
      ? []
      : (['merchantId', 'userId'] as const).map((key) => ({
          ...{
            schema: members.schema,
            table: members.table,
            setting: `members.${key}`,
            column: members[key],
          },
          fit: 'SNU',
        }));
  const { rows } = await db.query<{
    setting: string;
    name: string;
    table: string | null;
    type: string | null;
  }>(
    `select w.setting, format('%s.%s.%s', w.schema, w.table, w.column) as name, c.relname as "table",
            format_type(a.atttypid, a.atttypmod) as type
       from jsonb_to_recordset($1) as w(schema text, "table" text, setting text, "column" text, fit text)
       left join pg_namespace n on n.nspname = w.schema
       left join pg_class c on c.relnamespace = n.oid and c.relname = w.table
       left join pg_attribute a on a.attrelid = c.oid and a.attname = w.column and a.attnum > 0 and not a.attisdropped
       left join pg_type t on t.oid = a.atttypid
      where a.attname is null or strpos(w.fit, t.typcategory::text) = 0 or t.typname in ('time', 'timetz')
      order by 1`,
    [JSON.stringify([...ofFacts, ...ofMembers])],
  );
  return rows.map(({ setting, name, table, type }) => {
    const words =
      table === null
        ? { en: `there is no table for ${name}.`, zh: `${name} 没有对应的表。` }
        : type === null
          ? { en: `there is no column ${name}.`, zh: `没有列 ${name}。` }
          : {
              en: `${name} is of type ${type}, which cannot say it.`,
              zh: `${name} 的类型是 ${type}，表达不了它。`,
            };
    const { en, zh } = words;
    return finding(
      { en: `${setting} of SHOP_TABLES: ${en}`, zh: `SHOP_TABLES 的 ${setting}：${zh}` },
      TAKE_ANOTHER,
    );
  });
}

const finding = (sentence: Explanation, fix: Explanation): FactFinding => ({
  sentence: joined(sentence, { en: 'Deliveries go on as without it.', zh: '投递照常进行，如同没有它。' }),
  fix,
});

/** What a role that may not read the orders, or the members, is not lent. */
async function findUnlent(db: Queryable, tables: ShopTables): Promise<FactFinding[]> {
  const { members } = tables;
  const isLent =
    (await detectOrderAccess(db, tables)) !== 'table' ||
    (members !== undefined && (await detectMembersAccess(db, members)) === 'function');
  if (!isLent) return [];
  const stale = await findStaleFunctions(db, tables);
  if (stale.length === 0) return [];
  const fix = await lendAgain(db);
  return stale.map((name) =>
    finding(
      {
        en: `${name} is missing, or reads other columns than SHOP_TABLES names.`,
        zh: `${name} 不存在，或读取的列不是 SHOP_TABLES 所写的。`,
      },
      fix,
    ),
  );
}

interface Sample {
  /** Each once, what is met most first. */
  readonly unread: readonly UnreadFact[];
  /** Of one of the orders. */
  readonly merchantId: string | null;
}

/** Reads what some of the shop's waybills and their orders say, as deliveries will. */
async function readSample(db: Queryable, tables: ShopTables, facts: readonly MappedFact[]): Promise<Sample> {
  const { waybills } = shopNames(tables);
  const types = await readIdTypesNow(db, tables);
  const { clause } = await sampleWaybills(db, tables);
  const order = linkedOrder('w.waybill_id', tables, types, await detectOrderAccess(db, tables));
  const { rows } = await db.query<FactRow & { merchantId: string | null }>(
    `select linked.waybill_facts as waybills, linked.order_facts as orders, linked.merchant_id as "merchantId"
       from (select * from (select ${waybills.id}::text as waybill_id, ${waybills.orderId} as order_id
                              from ${waybills.name} ${clause}) sampled
              where order_id is not null limit ${SAMPLED}) w
      cross join lateral (${order}) linked`,
  );
  const met = new Map<string, { of: UnreadFact; times: number }>();
  for (const row of rows) {
    for (const of of findUnread(row, facts)) {
      const key = `${of.setting} ${of.word ?? ''}`;
      met.set(key, { of, times: (met.get(key)?.times ?? 0) + 1 });
    }
  }
  const unread = [...met.values()].sort((a, b) => b.times - a.times).map(({ of }) => of);
  return { unread, merchantId: rows.find((row) => row.merchantId !== null)?.merchantId ?? null };
}
