import { DatabaseError } from 'pg';
import type { MappedMembers, ShopTables } from '../../config/shop-tables';
import { fittedId, type IdTypes, isSamePerson, readIdTypesNow } from '../ids';
import { MOST_MEMBERS } from '../members';
import { isPermissionRefusal, type Queryable } from '../pool';
import { lendingCommand } from './access';
import { membersFunction } from './lent-facts';
import { detectMembersAccess, MEMBERS_PATIENCE_MS, merchantMembers } from './members-access';
import { findUnindexed } from './shop-indexes';

/** Something about the optional part of SHOP_TABLES. Deliveries go on as if it were not mapped. */
export interface FactFinding {
  readonly sentence: string;
  readonly fix: string;
}

export const lendAgain = async (db: Queryable): Promise<string> =>
  `As the owner of the tables, run again: ${await lendingCommand(db)}`;
export const TAKE_ANOTHER = 'Name the right one, or leave it out of SHOP_TABLES.';

/** Phones that are looked at, each with a look for the people of its merchant. */
const MOST_PHONES = 50;

/**
 * Asks for the people of a merchant, as every notification of one will. Until what it finds is mended, deliveries do
 * without those people, and not without anybody else. Needs a transaction, whose statements have a limit.
 * @param merchantId whose people; of one of the orders
 */
export async function checkMembers(
  db: Queryable,
  tables: ShopTables,
  members: MappedMembers,
  merchantId: string | null,
): Promise<FactFinding[]> {
  const closed = await findClosedFunction(db, members);
  if (closed !== null) return [closed];
  const indexes = 'function' in members ? [] : await findUnindexed(db, [onMerchant(members)], NEEDED_FOR);
  const types = await readIdTypesNow(db, tables);
  const access = await detectMembersAccess(db, members);
  const people = (merchant: string): string => merchantMembers(merchant, members, types, access);
  const begun = performance.now();
  const met = await unlessRefused(db, () => meetPeople(db, people, types, merchantId ?? ''));
  if (met instanceof DatabaseError)
    return [
      finding(`asking for the people of a merchant fails: ${String(met)}.`, await fixOf(db, met, members)),
    ];
  const tookMs = Math.round(performance.now() - begun);
  const isSlow = tookMs > MEMBERS_PATIENCE_MS;
  return [
    ...indexes.map((sentence) => ({ sentence, fix: 'As the owner of the table: run its SQL.' })),
    ...(isSlow ? [slow(tookMs)] : await findStrangers(db, people, types)),
    ...(met.unfit > 0 ? [unfit(met, types)] : []),
    ...(met.people > MOST_MEMBERS ? [TOO_MANY] : []),
  ];
}

const NEEDED_FOR = 'every notification of a merchant';
const onMerchant = (members: Extract<MappedMembers, { readonly table: string }>) => ({
  ...members,
  column: members.merchantId,
});

/** A function of the shop that is not there, or that the role may not call. */
async function findClosedFunction(db: Queryable, members: MappedMembers): Promise<FactFinding | null> {
  if (!('function' in members)) return null;
  const name = `${members.schema}.${members.function}`;
  const { rows } = await db.query<{ callable: boolean | null }>(
    `select has_function_privilege(to_regprocedure($1), 'EXECUTE') as callable`,
    [`${membersFunction(members)}(text)`],
  );
  if (rows[0]?.callable == null) return finding(`there is no function ${name}(text).`, FUNCTION_SHAPE);
  return rows[0].callable ? null : finding(`the role may not call ${name}(text).`, await lendAgain(db));
}

/** What PostgreSQL refuses leaves the transaction as it was. */
async function unlessRefused<T>(db: Queryable, ask: () => Promise<T>): Promise<T | DatabaseError> {
  await db.query('savepoint members');
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await db.query('rollback to savepoint members');
    return error;
  }
}

/** The people of one merchant, as far as they are told. */
interface MetPeople {
  readonly people: number;
  /** Of them, those whom no phone can belong to. */
  readonly unfit: number;
}

async function meetPeople(
  db: Queryable,
  people: (merchant: string) => string,
  { userId }: IdTypes,
  merchantId: string,
): Promise<MetPeople> {
  const { rows } = await db.query<MetPeople>(
    `select count(*)::int as people, count(*) filter (where ${fittedId('user_id', userId)} is null)::int as unfit
       from (select distinct user_id from (${people('$1::text')}) m where user_id is not null limit ${MOST_MEMBERS + 1}) met`,
    [merchantId],
  );
  return rows[0] ?? { people: 0, unfit: 0 };
}

/** Phones whose person has registered them for a merchant, and does not belong there. */
async function findStrangers(
  db: Queryable,
  people: (merchant: string) => string,
  { userId, merchantId }: IdTypes,
): Promise<FactFinding[]> {
  // Before the first migration there may be no such columns.
  if (userId === null || merchantId === null) return [];
  const seen = await unlessRefused(db, () =>
    db.query<{ phones: number; strangers: number }>(
      `select count(*)::int as phones,
              count(*) filter (where not exists (
                select from (${people('d.merchant')}) m where ${isSamePerson('m.user_id', 'd.person', userId)}))::int as strangers
         from (select user_id::text as person, merchant_id::text as merchant from public.push_devices
                where user_id is not null and merchant_id is not null limit ${MOST_PHONES}) d`,
    ),
  );
  // Of some merchant the function fails: the deliveries name it.
  const { phones = 0, strangers = 0 } = seen instanceof DatabaseError ? {} : (seen.rows[0] ?? {});
  if (strangers === 0) return [];
  return [
    finding(
      `${strangers} of ${phones} phones that a person has registered for a merchant are of nobody who belongs to it, and hear nothing of it.`,
      'Whoever has left: nothing. Who should hear: add the person to the members; a phone that is the merchant’s own registers with user_id null.',
    ),
  ];
}

const slow = (tookMs: number): FactFinding =>
  finding(
    `the people of a merchant take ${tookMs} ms to be found, and deliveries wait for ${MEMBERS_PATIENCE_MS} ms.`,
    MAKE_FAST,
  );

const unfit = ({ people, unfit: without }: MetPeople, { userId }: IdTypes): FactFinding =>
  finding(
    `${without} of ${people} people of a merchant have an id that push_devices.user_id (${userId}) cannot hold, so that no phone is theirs.`,
    'Name the column whose ids the phones register with.',
  );

const QUERY_CANCELED = '57014';

async function fixOf(db: Queryable, error: DatabaseError, members: MappedMembers): Promise<string> {
  if (error.code === QUERY_CANCELED) return MAKE_FAST;
  if (isPermissionRefusal(error)) return lendAgain(db);
  return 'function' in members ? FUNCTION_SHAPE : TAKE_ANOTHER;
}

function finding(words: string, fix: string): FactFinding {
  return { sentence: `members of SHOP_TABLES: ${words}`, fix };
}

const FUNCTION_SHAPE =
  'It takes a merchant’s id as text and returns a row with one person’s id for each member; docs/shop.md shows one.';
const MAKE_FAST = 'Give it an index by the merchant; a notification asks for them each time.';
const TOO_MANY: FactFinding = finding(
  `a merchant has more than ${MOST_MEMBERS} people, and those beyond are told nothing.`,
  'Name those alone who are to be told, by a function: docs/shop.md shows one.',
);
