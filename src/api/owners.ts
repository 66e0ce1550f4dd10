import type pg from 'pg';
import { isSpelledAlike } from '../database/ids';
import { isMember } from '../database/members';
import { inTransaction, type Queryable } from '../database/pool';
import type { Config } from '../config/config';
import type { Caller } from './access';
import { notNow } from './database-problem';
import { HttpProblem } from './http-problem';

/** Whom a device belongs to. */
export interface Owners {
  readonly userId: string | null;
  readonly merchantId: string | null;
}

/** Whom a caller names: `null` is nobody, and `undefined` is not said. */
export interface NamedOwners {
  readonly userId: string | null | undefined;
  readonly merchantId: string | null | undefined;
}

interface OwnerParts {
  readonly pool: pg.Pool;
  readonly config: Pick<Config, 'shopTables'>;
}

/**
 * A device without an owner never gets a push, so it is refused, not stored. A person who names nobody means
 * themselves.
 */
export async function requireOwner(
  { pool, config }: OwnerParts,
  caller: Caller,
  given: NamedOwners,
): Promise<NamedOwners> {
  const isNamed = given.userId != null || given.merchantId != null;
  if (!isNamed && caller.kind !== 'person')
    throw new HttpProblem('owner-required', 'send user_id, merchant_id, or both');
  if (caller.kind !== 'person') return given;
  if (!isNamed) return { ...given, userId: caller.userId };
  const { userId, merchantId } = given;
  if (userId != null && !isSpelledAlike(userId, caller.userId)) throw notYours('user_id');
  if (merchantId != null) {
    const isTheirs = await inTransaction(pool, (db) => isMerchantOf({ db, config }, caller, merchantId));
    if (!isTheirs) throw notYours('merchant_id');
  }
  return given;
}

interface OwnDeviceParts {
  readonly db: Queryable;
  readonly config: Pick<Config, 'shopTables'>;
}

/** Whether one of the owners of a device is the caller. */
export async function requireOwnDevice(
  parts: OwnDeviceParts,
  caller: Caller,
  { userId, merchantId }: Owners,
): Promise<void> {
  if (caller.kind !== 'person') return;
  if (userId !== null && isSpelledAlike(userId, caller.userId)) return;
  if (merchantId !== null && (await isMerchantOf(parts, caller, merchantId))) return;
  throw notYours('cid');
}

type Person = Extract<Caller, { readonly kind: 'person' }>;

/**
 * A person speaks for the merchants whose member they are now; where the shop does not say who that is, for the one that
 * it has put into their token.
 */
async function isMerchantOf(
  { db, config }: OwnDeviceParts,
  person: Person,
  merchantId: string,
): Promise<boolean> {
  const { shopTables } = config;
  const { members } = shopTables;
  if (members === undefined)
    return person.merchantId !== undefined && isSpelledAlike(merchantId, person.merchantId);
  const said = await isMember(db, shopTables, members, { userId: person.userId, merchantId });
  if (said.kind === 'unknown')
    throw notNow('who belongs to the merchant cannot be looked up now', said.words);
  return said.value;
}

function notYours(field: string): HttpProblem {
  return new HttpProblem('not-your-device', `${field}: belongs to another account than the access token`, {
    field,
  });
}
