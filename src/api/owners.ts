import { isSpelledAlike } from '../database/ids';
import type { Caller } from './access';
import { HttpProblem } from './http-problem';

/** Whom a device belongs to, or shall belong to. */
export interface Owners {
  readonly userId: string | null;
  readonly merchantId: string | null;
}

/**
 * A device without an owner never gets a push, so it is refused, not stored. A person who names nobody means
 * themselves.
 */
export function requireOwner(caller: Caller, { userId, merchantId }: Partial<Owners>): Owners {
  const owners = { userId: userId ?? null, merchantId: merchantId ?? null };
  const named = owners.userId !== null || owners.merchantId !== null;
  if (!named && caller.kind === 'person') return { userId: caller.userId, merchantId: null };
  if (!named) throw new HttpProblem('owner-required', 'send user_id, merchant_id, or both');
  refuseOthers(caller, owners);
  return owners;
}

/** A person speaks for their own account, and for the merchant that the shop put into their token. */
function refuseOthers(caller: Caller, { userId, merchantId }: Owners): void {
  if (caller.kind !== 'person') return;
  if (userId !== null && !isSpelledAlike(userId, caller.userId)) throw notYours('user_id');
  if (merchantId !== null && !isMerchantOf(caller, merchantId)) throw notYours('merchant_id');
}

/** Whether one of the owners of a device is the caller. */
export function requireOwnDevice(caller: Caller, { userId, merchantId }: Owners): void {
  if (caller.kind !== 'person') return;
  if (userId !== null && isSpelledAlike(userId, caller.userId)) return;
  if (merchantId !== null && isMerchantOf(caller, merchantId)) return;
  throw notYours('cid');
}

type Person = Extract<Caller, { readonly kind: 'person' }>;

const isMerchantOf = (person: Person, merchantId: string): boolean =>
  person.merchantId !== undefined && isSpelledAlike(merchantId, person.merchantId);

function notYours(field: string): HttpProblem {
  return new HttpProblem('not-your-device', `${field}: belongs to another account than the access token`, {
    field,
  });
}
