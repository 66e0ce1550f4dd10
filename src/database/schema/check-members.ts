import { DatabaseError } from 'pg';
import type { MappedMembers, ShopTables } from '../../config/shop-tables';
import type { Explanation } from '../../shipment/explanation';
import { fittedId, type IdTypes, isSamePerson, readIdTypesNow } from '../ids';
import { MOST_MEMBERS } from '../members';
import { isPermissionRefusal, type Queryable } from '../pool';
import { lendingCommand } from './access';
import { membersFunction } from './lent-facts';
import { detectMembersAccess, MEMBERS_PATIENCE_MS, merchantMembers } from './members-access';
import { findUnindexed } from './shop-indexes';

/** Something about the optional part of SHOP_TABLES. Deliveries go on as if it were not mapped. */
export interface FactFinding {
  readonly sentence: Explanation;
  readonly fix: Explanation;
}

export async function lendAgain(db: Queryable): Promise<Explanation> {
  const lending = await lendingCommand(db);
  return {
    en: `As the owner of the tables, run again: ${lending}`,
    zh: `请以表的所有者再次执行：${lending}`,
  };
}

export const TAKE_ANOTHER: Explanation = {
  en: 'Name the right one, or leave it out of SHOP_TABLES.',
  zh: '请写正确的名称，或不要写进 SHOP_TABLES。',
};

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
      finding(
        {
          en: `asking for the people of a merchant fails: ${String(met)}.`,
          zh: `查询商家的成员失败：${String(met)}。`,
        },
        await fixOf(db, met, members),
      ),
    ];
  const tookMs = Math.round(performance.now() - begun);
  const isSlow = tookMs > MEMBERS_PATIENCE_MS;
  return [
    ...indexes.map((sentence) => ({ sentence, fix: RUN_ITS_SQL })),
    ...(isSlow ? [slow(tookMs)] : await findStrangers(db, people, types)),
    ...(met.unfit > 0 ? [unfit(met, types)] : []),
    ...(met.people > MOST_MEMBERS ? [TOO_MANY] : []),
  ];
}

const NEEDED_FOR: Explanation = { en: 'every notification of a merchant', zh: '发给商家的每条通知' };
const RUN_ITS_SQL: Explanation = {
  en: 'As the owner of the table: run its SQL.',
  zh: '请以表的所有者执行其中的 SQL。',
};
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
  if (rows[0]?.callable == null)
    return finding(
      { en: `there is no function ${name}(text).`, zh: `没有函数 ${name}(text)。` },
      FUNCTION_SHAPE,
    );
  if (rows[0].callable) return null;
  const closed = {
    en: `the role may not call ${name}(text).`,
    zh: `这个角色无权调用 ${name}(text)。`,
  };
  return finding(closed, await lendAgain(db));
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
      {
        en: `${strangers} of ${phones} phones that a person has registered for a merchant are of nobody who belongs to it, and hear nothing of it.`,
        zh: `个人为商家注册的 ${phones} 部手机中，有 ${strangers} 部的主人不属于该商家，收不到它的任何消息。`,
      },
      {
        en: 'Whoever has left: nothing. Who should hear: add the person to the members; a phone that is the merchant’s own registers with user_id null.',
        zh: '已经离开的人：不需要做什么。应该收到的人：请把他加进成员；属于商家自己的手机，注册时 user_id 为 null。',
      },
    ),
  ];
}

const slow = (tookMs: number): FactFinding =>
  finding(
    {
      en: `the people of a merchant take ${tookMs} ms to be found, and deliveries wait for ${MEMBERS_PATIENCE_MS} ms.`,
      zh: `查找商家的成员用了 ${tookMs} 毫秒，而投递只等 ${MEMBERS_PATIENCE_MS} 毫秒。`,
    },
    MAKE_FAST,
  );

const unfit = ({ people, unfit: without }: MetPeople, { userId }: IdTypes): FactFinding =>
  finding(
    {
      en: `${without} of ${people} people of a merchant have an id that push_devices.user_id (${userId}) cannot hold, so that no phone is theirs.`,
      zh: `商家的 ${people} 个成员中，有 ${without} 个的 id 放不进 push_devices.user_id（${userId}），因此没有手机属于他们。`,
    },
    {
      en: 'Name the column whose ids the phones register with.',
      zh: '请写手机注册时所用的 id 所在的列。',
    },
  );

const QUERY_CANCELED = '57014';

async function fixOf(db: Queryable, error: DatabaseError, members: MappedMembers): Promise<Explanation> {
  if (error.code === QUERY_CANCELED) return MAKE_FAST;
  if (isPermissionRefusal(error)) return lendAgain(db);
  return 'function' in members ? FUNCTION_SHAPE : TAKE_ANOTHER;
}

function finding({ en, zh }: Explanation, fix: Explanation): FactFinding {
  const sentence = { en: `members of SHOP_TABLES: ${en}`, zh: `SHOP_TABLES 的 members：${zh}` };
  return { sentence, fix };
}

const FUNCTION_SHAPE: Explanation = {
  en: 'It takes a merchant’s id as text and returns a row with one person’s id for each member; docs/shop.md shows one.',
  zh: '它接受 text 类型的商家 id，为每个成员返回一行，其中是这个人的 id；docs/shop.md 有一个例子。',
};
const MAKE_FAST: Explanation = {
  en: 'Give it an index by the merchant; a notification asks for them each time.',
  zh: '请为它建一个按商家的索引；每条通知都要查询一次。',
};
const TOO_MANY: FactFinding = finding(
  {
    en: `a merchant has more than ${MOST_MEMBERS} people, and those beyond are told nothing.`,
    zh: `有的商家超过 ${MOST_MEMBERS} 人，超出的人收不到通知。`,
  },
  {
    en: 'Name those alone who are to be told, by a function: docs/shop.md shows one.',
    zh: '请用一个函数只给出应该通知的人：docs/shop.md 有一个例子。',
  },
);
