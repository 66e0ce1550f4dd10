import pg from 'pg';
import type { MappedMembers, ShopTables } from '../config/shop-tables';
import { maskText } from '../shipment/masking/mask-text';
import type { Audience } from '../shipment/update';
import { idSpellings, type IdTypes, isSamePerson, readIdTypes } from './ids';
import type { Queryable } from './pool';
import {
  forgetMembersAccess,
  knownMembersAccess,
  MEMBERS_PATIENCE_MS,
  merchantMembers,
} from './schema/members-access';

/**
 * Who belongs to a merchant now, as the shop's own table or function says it. It is asked each time, and never stored:
 * whoever leaves hears nothing from the next look on. What it answers wrongly, late or not at all costs a look at the
 * members, and never the transaction that asks.
 */

/** What the shop said, or why it said nothing, in its own words. */
export type Said<T> = { readonly kind: 'known'; readonly value: T } | Unknown;
interface Unknown {
  readonly kind: 'unknown';
  readonly words: string;
}

/** The people of one merchant. */
export interface Staff {
  /** Ids as text, each once; at most `MOST_MEMBERS`. */
  readonly people: readonly string[];
  /** There are more, who are told nothing. */
  readonly isCut: boolean;
}

/** People of one merchant who are told: a table that was taken for another may hold everybody. */
export const MOST_MEMBERS = 1_000;
/** Merchants of one sweep, and phones of theirs. Others come in the next. */
const MOST_MERCHANTS = 200;
const MOST_PHONES = 5_000;
/** Merchants that a sweep asks for at once. */
const MERCHANTS_AT_ONCE = 20;
/** As long as a sweep asks, in all; milliseconds. */
const SWEEP_PATIENCE_MS = 5_000;
/** Longest words of PostgreSQL that are passed on; characters. */
const SHOWN = 200;

type People = (merchant: string) => string;

/** Needs a transaction. @param people SQL for the people of a merchant: rows of `user_id` */
async function ask<T>(
  db: Queryable,
  tables: ShopTables,
  members: MappedMembers,
  look: (people: People, types: IdTypes) => Promise<T>,
): Promise<Said<T>> {
  const types = await readIdTypes(db, tables);
  const access = await knownMembersAccess(db, members);
  await db.query(`savepoint members; set local statement_timeout = ${MEMBERS_PATIENCE_MS}`);
  let said: Said<T>;
  try {
    const value = await look((merchant) => merchantMembers(merchant, members, types, access), types);
    said = { kind: 'known', value };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    forgetMembersAccess(members);
    said = { kind: 'unknown', words: maskText(error.message, '').slice(0, SHOWN) };
  }
  // Gives the transaction its own limit back, too.
  await db.query('rollback to savepoint members; release savepoint members');
  return said;
}

/** Where who belongs to a merchant is asked, if it matters for an audience. */
export const membersToAsk = ({ members }: ShopTables, audience: Audience): MappedMembers | undefined =>
  audience === 'merchant' ? members : undefined;

/** The people of whom a notification is for; `null` where the shop does not say who belongs to a merchant. */
export async function findStaff(
  db: Queryable,
  tables: ShopTables,
  audience: Audience,
  ownerId: string,
): Promise<Said<Staff> | null> {
  const members = membersToAsk(tables, audience);
  if (members === undefined) return null;
  return ask(db, tables, members, async (people) => {
    const { rows } = await db.query<{ id: string }>(
      `select distinct user_id as id from (${people('$1::text')}) m
        where user_id is not null order by 1 limit ${MOST_MEMBERS + 1}`,
      [ownerId],
    );
    return { people: rows.slice(0, MOST_MEMBERS).map(({ id }) => id), isCut: rows.length > MOST_MEMBERS };
  });
}

/** The people of a merchant for who looks for phones; `undefined` where the shop does not say, none while it is unknown. */
export const peopleOf = (staff: Said<Staff> | null): readonly string[] | undefined =>
  staff === null ? undefined : staff.kind === 'known' ? staff.value.people : [];

/** Whether a person belongs to a merchant. */
export function isMember(
  db: Queryable,
  tables: ShopTables,
  members: MappedMembers,
  { userId, merchantId }: { readonly userId: string; readonly merchantId: string },
): Promise<Said<boolean>> {
  return ask(db, tables, members, async (people, types) => {
    const { rows } = await db.query<{ member: boolean }>(
      `select exists (select from (${people('$1::text')}) m where ${isSamePerson('m.user_id', '$2::text', types.userId)}) as member`,
      [merchantId, userId],
    );
    return rows[0]?.member ?? false;
  });
}

/**
 * Whether the person of a device belongs to the merchant of a notification by now. `null`: nobody needs to know, since
 * the shop does not say who belongs to a merchant, or the device is no person's.
 */
export async function isPhoneOfMember(
  db: Queryable,
  tables: ShopTables,
  push: { readonly audience: Audience; readonly messageId: string; readonly deviceId: string },
): Promise<Said<boolean> | null> {
  const members = membersToAsk(tables, push.audience);
  if (members === undefined) return null;
  const said = await ask(db, tables, members, async (people, types) => {
    const { rows } = await db.query<{ member: boolean }>(
      `select exists (select from (${people('n.recipient_id::text')}) m
                       where ${isSamePerson('m.user_id', 'd.user_id::text', types.userId)}) as member
         from public.express_notifications n cross join public.push_devices d
        where n.message_id = $1 and d.id = $2 and d.user_id is not null`,
      [push.messageId, push.deviceId],
    );
    return rows[0]?.member ?? null;
  });
  return said.kind === 'known' ? (said.value === null ? null : { ...said, value: said.value }) : said;
}

/** A phone of a merchant's person, for whom something of that merchant may wait. */
export interface StaffPhone {
  readonly merchantId: string;
  readonly id: string;
  readonly registered_at: string;
}

/** Phones that may end what deliveries wait for. */
export interface AwaitedStaff {
  readonly phones: readonly StaffPhone[];
  /** Why the people of a merchant are not among them. */
  readonly unknown: Unknown | null;
}

/**
 * Active phones of the people of merchants that deliveries wait for, others each time where they are many. Of merchants
 * that cannot be asked for together each is asked for alone, so that one whose people are slow to be found, or not at
 * all, keeps nothing from the others.
 */
export async function findAwaitedStaff(db: Queryable, tables: ShopTables): Promise<AwaitedStaff> {
  const { members } = tables;
  const phones: StaffPhone[] = [];
  let unknown: Unknown | null = null;
  const toAsk = members === undefined ? [] : inParts(await selectAwaitedMerchants(db));
  const until = performance.now() + SWEEP_PATIENCE_MS;
  for (let part = toAsk.pop(); members !== undefined && part !== undefined; part = toAsk.pop()) {
    if (phones.length >= MOST_PHONES || performance.now() >= until) break;
    const merchants = part;
    const said = await ask(db, tables, members, (people, { userId }) =>
      selectStaffPhones(db, people, userId, merchants),
    );
    if (said.kind === 'known') phones.push(...said.value);
    else if (merchants.length > 1) toAsk.push(...merchants.map((one) => [one]));
    else unknown = said;
  }
  return { phones, unknown };
}

function inParts(merchants: readonly string[]): (readonly string[])[] {
  const parts = Math.ceil(merchants.length / MERCHANTS_AT_ONCE);
  return Array.from({ length: parts }, (_, part) =>
    merchants.slice(part * MERCHANTS_AT_ONCE, (part + 1) * MERCHANTS_AT_ONCE),
  );
}

async function selectAwaitedMerchants(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select owner_id as id
       from (select distinct owner_id from waybell.express_waits
              where audience = 'merchant' and kind in ('device', 'retry')) every_owner
      order by random() limit ${MOST_MERCHANTS}`,
  );
  return rows.map(({ id }) => id);
}

async function selectStaffPhones(
  db: Queryable,
  people: People,
  userId: string | null,
  merchants: readonly string[],
): Promise<StaffPhone[]> {
  const { rows } = await db.query<StaffPhone>(
    `select w.owner_id as "merchantId", d.id::text as id, d.registered_at::text
       from unnest($1::text[]) as w(owner_id)
      cross join lateral (select distinct user_id from (${people('w.owner_id')}) m limit ${MOST_MEMBERS}) staff
      cross join lateral (
        select id, registered_at from public.push_devices
         where user_id = any (${idSpellings('staff.user_id', userId)}) and is_active) d
      limit ${MOST_PHONES}`,
    [merchants],
  );
  return rows;
}

/** SQL: every way in which a column of this type may spell the ids of the text array `ids`. */
export const everySpelling = (ids: string, type: string | null): string =>
  `array(select unnest(${idSpellings('one', type)}) from unnest(${ids}::text[]) one)`;
