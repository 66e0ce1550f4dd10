import { escapeIdentifier } from 'pg';
import type { MappedMembers } from '../../config/shop-tables';
import { idSpellings, type IdTypes, named } from '../ids';
import type { Queryable } from '../pool';
import { MEMBERS_FUNCTION, membersFunction, membersTable } from './lent-facts';
import { BARRED } from './order-access';

/** How the connected role reads who belongs to a merchant: as SHOP_TABLES says it, or by the function that is lent. */
export type MembersAccess = 'mapped' | 'function';

/** Deliveries go on without who belongs to a merchant after this; milliseconds. */
export const MEMBERS_PATIENCE_MS = 500;

/** One mapping belongs to one database. */
const known = new WeakMap<MappedMembers, MembersAccess>();

/** As `detectMembersAccess`, looked up once, and again after `forgetMembersAccess`. */
export async function knownMembersAccess(db: Queryable, members: MappedMembers): Promise<MembersAccess> {
  const access = known.get(members) ?? (await detectMembersAccess(db, members));
  known.set(members, access);
  return access;
}

/** Somebody may have changed a policy, a grant or a function. */
export function forgetMembersAccess(members: MappedMembers): void {
  known.delete(members);
}

export async function detectMembersAccess(db: Queryable, members: MappedMembers): Promise<MembersAccess> {
  if ('function' in members) return 'mapped';
  const { rows } = await db.query<{ barred: boolean; lent: boolean | null }>(
    `select ${BARRED} as barred,
            has_function_privilege(to_regprocedure('${MEMBERS_FUNCTION}(text)'), 'EXECUTE') as lent
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = $2`,
    [members.schema, members.table],
  );
  return rows[0]?.barred && rows[0].lent ? 'function' : 'mapped';
}

/** SQL: who belongs to the merchant of the text `merchant`, a row of `user_id`, as text, for each person. */
export function merchantMembers(
  merchant: string,
  members: MappedMembers,
  types: Pick<IdTypes, 'memberMerchantId'>,
  access: MembersAccess,
): string {
  if (access === 'function') return lent(MEMBERS_FUNCTION, merchant);
  if ('function' in members) return lent(membersFunction(members), merchant);
  const [merchantId, userId] = [members.merchantId, members.userId].map(escapeIdentifier);
  return `select ${named(`m.${userId}::text`)} as user_id from ${membersTable(members)} m
           where m.${merchantId} = any (${idSpellings(merchant, types.memberMerchantId)})`;
}

const lent = (name: string, merchant: string): string =>
  `select ${named('m.user_id::text')} as user_id from ${name}(${merchant}) as m(user_id)`;
