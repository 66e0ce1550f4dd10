import type { ShopTables } from '../config/config';
import type { Audience } from '../shipment/update';
import { databaseOf, type Queryable } from './pool';
import { isIndexed } from './schema/shop-indexes';

/**
 * Ids as shops have them: one id may be a uuid in one table, text in another and a number in a third. They are always
 * compared in the type of the column that is searched, by its index, and what does not fit that type names nobody.
 */

/** Where a device says whose it is. */
export const OWNER_COLUMN: Readonly<Record<Audience, 'user_id' | 'merchant_id'>> = {
  user: 'user_id',
  merchant: 'merchant_id',
};

/** The types of the columns that hold ids, as SQL; of a domain, the type beneath it. `null`: no such column. */
export interface IdTypes {
  readonly waybillId: string | null;
  /** What a waybill names as its order. */
  readonly namedOrderId: string | null;
  /** The same where an index of the shop's begins with it; `null`: none does, so that nobody may look for it. */
  readonly indexedOrderId: string | null;
  /** When a row of waybills was made, where the shop has that column under its usual name. */
  readonly waybillCreatedAt: string | null;
  /** The same, and when it was changed, where an index of the shop's is in that order; `null`: nobody may look for it. */
  readonly indexedCreatedAt: string | null;
  readonly indexedUpdatedAt: string | null;
  readonly orderId: string | null;
  /** Whose an order is, in the shop's own table. */
  readonly buyerId: string | null;
  /** Of `push_devices`. */
  readonly deviceId: string | null;
  readonly userId: string | null;
  readonly merchantId: string | null;
  /** Of `express_notifications`. */
  readonly recipientId: string | null;
  readonly toldOrderId: string | null;
  readonly toldWaybillId: string | null;
  /** Of the shop's table of members, where it has mapped one. */
  readonly memberMerchantId: string | null;
}

export const ownerType = (types: IdTypes, audience: Audience): string | null =>
  audience === 'user' ? types.userId : types.merchantId;

/** A shop that changes a type goes on after so long, without a restart; milliseconds. */
const KNOWN_FOR_MS = 60_000;

interface KnownTypes {
  readonly tables: ShopTables;
  readonly types: IdTypes;
  readonly until: number;
}

/** By pool, which stays with one database. */
const known = new WeakMap<object, KnownTypes>();

/** Reads the types, from catalogues that every role may read; once a minute. */
export async function readIdTypes(db: Queryable, tables: ShopTables): Promise<IdTypes> {
  const before = known.get(databaseOf(db));
  if (before?.tables === tables && performance.now() < before.until) return before.types;
  return readIdTypesNow(db, tables);
}

/** As `readIdTypes`, for who comes seldom. */
export async function readIdTypesNow(db: Queryable, tables: ShopTables): Promise<IdTypes> {
  const types = await selectIdTypes(db, tables);
  known.set(databaseOf(db), { tables, types, until: performance.now() + KNOWN_FOR_MS });
  return types;
}

async function selectIdTypes(db: Queryable, { waybills, orders, members }: ShopTables): Promise<IdTypes> {
  const devices = { schema: 'public', table: 'push_devices' };
  const notifications = { schema: 'public', table: 'express_notifications' };
  const nowhere = { schema: '', table: '', column: '' };
  const wanted: Record<keyof IdTypes, { schema: string; table: string; column: string }> = {
    waybillId: { ...waybills, column: waybills.id },
    namedOrderId: { ...waybills, column: waybills.orderId },
    indexedOrderId: { ...waybills, column: waybills.orderId },
    waybillCreatedAt: { ...waybills, column: 'created_at' },
    indexedCreatedAt: { ...waybills, column: 'created_at' },
    indexedUpdatedAt: { ...waybills, column: 'updated_at' },
    orderId: { ...orders, column: orders.id },
    buyerId: { ...orders, column: orders.userId },
    deviceId: { ...devices, column: 'id' },
    userId: { ...devices, column: 'user_id' },
    merchantId: { ...devices, column: 'merchant_id' },
    recipientId: { ...notifications, column: 'recipient_id' },
    toldOrderId: { ...notifications, column: 'order_id' },
    toldWaybillId: { ...notifications, column: 'waybill_id' },
    memberMerchantId: members && 'table' in members ? { ...members, column: members.merchantId } : nowhere,
  };
  const { rows } = await db.query<{ types: IdTypes }>(
    `select jsonb_object_agg(w.key, case
              when w.key = 'indexedOrderId' and not ${isIndexed('c.oid', 'a.attnum')} then null
              when w.key in ('indexedCreatedAt', 'indexedUpdatedAt')
                and not ${isIndexed('c.oid', 'a.attnum', ['btree'])} then null
              when t.typbasetype = 0
              then format_type(a.atttypid, a.atttypmod) else format_type(t.typbasetype, t.typtypmod) end) as types
       from jsonb_each($1) as w
       left join pg_namespace n on n.nspname = w.value ->> 'schema'
       left join pg_class c on c.relnamespace = n.oid and c.relname = w.value ->> 'table'
       left join pg_attribute a on a.attrelid = c.oid and a.attname = w.value ->> 'column' and not a.attisdropped
       left join pg_type t on t.oid = a.atttypid`,
    [JSON.stringify(wanted)],
  );
  const [row] = rows;
  if (!row) throw new Error('an aggregate gives one row');
  return row.types;
}

const UUID_PATTERN = '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$';
const IS_UUID = new RegExp(UUID_PATTERN, 'i');
const UUID = `'${UUID_PATTERN}'`;
/** More digits than any column holds are no id, and are not calculated with. */
const WHOLE_NUMBER = `'^-?[0-9]{1,100}$'`;
const INTEGER_BITS: Readonly<Record<string, bigint>> = { smallint: 15n, integer: 31n, bigint: 63n };
const LIMITED_TEXT = /^character varying\((\d+)\)$/;

/**
 * SQL: the text `id` as a value of a column's type, or null when the type cannot hold it. Nothing that it is given
 * raises an error, as a cast would.
 */
export function fittedId(id: string, type: string | null): string {
  if (type === 'uuid') return `case when ${id} ~* ${UUID} then (${id})::uuid end`;
  const bits = type === null ? undefined : INTEGER_BITS[type];
  if (bits !== undefined) {
    const range = `between ${-(2n ** bits)} and ${2n ** bits - 1n}`;
    return `case when ${id} ~ ${WHOLE_NUMBER} then case when (${id})::numeric ${range} then (${id})::${type} end end`;
  }
  if (type?.startsWith('numeric')) return `case when ${id} ~ ${WHOLE_NUMBER} then (${id})::numeric end`;
  const limit = LIMITED_TEXT.exec(type ?? '')?.[1];
  if (limit !== undefined) return `case when length(${id}) <= ${limit} then (${id})::text end`;
  if (type?.startsWith('character(')) return `(${id})::bpchar`;
  return `(${id})::text`;
}

/** SQL: an array of every way in which a column of this type may spell the text `id`: iOS writes uuids in capitals. */
export function idSpellings(id: string, type: string | null): string {
  if (isTextual(type)) {
    return `case when ${id} ~* ${UUID} then array[(${id})::text, lower(${id}), upper(${id})] else array[(${id})::text] end`;
  }
  return `array[${fittedId(id, type)}]`;
}

/**
 * SQL: whether the column is the id that a caller gave as the parameter `id`. What the column's type cannot hold raises
 * 22P02 or 22003: a caller is told so.
 */
export function isGivenId(column: string, id: string, type: string | null): string {
  return isTextual(type) ? `${column} = any (${idSpellings(`${id}::text`, type)})` : `${column} = ${id}`;
}

/**
 * SQL: a table with every spelling, once, as the column `id`, of the id that a caller gave as the parameter `id`: a
 * column is looked up with each in the order of its index. What the type cannot hold raises as in `isGivenId`.
 */
export function givenSpellings(id: string, type: string | null): string {
  return isTextual(type)
    ? `(select distinct one as id from unnest(${idSpellings(`${id}::text`, type)}) one)`
    : `(select ${id}::text::${type} as id)`;
}

/** Whether two ids are spelled alike: a uuid may be in capitals. */
export const isSpelledAlike = (one: string, other: string): boolean =>
  one === other || (IS_UUID.test(one) && one.toLowerCase() === other.toLowerCase());

/** SQL: the text `id` in the one spelling under which two ids of a column's type are compared. */
export function canonicalId(id: string, type: string | null): string {
  if (isTextual(type)) return `case when ${id} ~* ${UUID} then lower(${id}) else (${id})::text end`;
  return `(${fittedId(id, type)})::text`;
}

/** SQL: the text `id`, or null where it is blank: a blank names nobody. */
export const named = (id: string): string => `nullif(btrim(${id}), '')`;

/** SQL: whether two people, as text, are the same one, in the type of the column that says whose a device is. */
export const isSamePerson = (one: string, other: string, type: string | null): string =>
  `${personKey(one, type)} = ${personKey(other, type)}`;

/** SQL: a person, as text, in the one spelling that `isSamePerson` compares; null where it names nobody. */
export const personKey = (person: string, type: string | null): string => canonicalId(named(person), type);

export function isTextual(type: string | null): boolean {
  return type === null || type === 'text' || type === 'citext' || type.startsWith('character');
}
