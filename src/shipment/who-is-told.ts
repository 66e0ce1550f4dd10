import type { Manner, Saying } from './phrases';
import type { TellingFacts } from './shop-facts';
import type { ShipmentStatus } from './status';
import type { Audience } from './update';

/** Who hears of a status of a parcel, and in which manner, by what its shop says of the order. */

/** Why an audience that the order names is told nothing. */
export const WITHHELD = [
  'order-cancelled',
  'order-refunded',
  'not-in-this-environment',
  'shadow',
  'told-of-other-order',
] as const;
export type Withheld = (typeof WITHHELD)[number];
export const isWithheld = (reason: string | null | undefined): reason is Withheld =>
  WITHHELD.some((one) => one === reason);

/** Of a trial: the owner and all their phones are missing in PUSH_ONLY_TO. */
export const NOT_HERE = 'not-in-this-environment' satisfies Withheld;
/** Of two orders in one parcel that name the same person: one message is enough. */
export const OTHER_ORDER = 'told-of-other-order' satisfies Withheld;
/** Of a trial: another system tells people. What it would not tell either is withheld for its own reason. */
export const inShadow = (telling: Telling): Telling =>
  'withheld' in telling ? telling : { withheld: 'shadow' };

/** Why nobody waits for a phone: its owner has none by design. */
export const WITHOUT_PUSH = 'without-push';

export type Telling = { readonly manner: Manner } | { readonly withheld: Withheld };

export interface Told {
  readonly saying: Saying;
  /** The scan says that neither the buyer nor the sender has signed: a neighbour, a locker, a station. */
  readonly signedByAnother: boolean;
}

/** `null`: nothing is announced. */
export const sayingOf = ({
  status,
  unproven,
}: {
  readonly status: ShipmentStatus | null;
  readonly unproven?: boolean | null;
}): Saying | null => (status !== null && unproven ? 'signed_for' : status);

/** What is told of a parcel on its way to a buyer whose order is off. */
type OffRow = Readonly<Record<Audience, 'usual' | 'off' | 'withheld'>>;

/**
 * The buyer hears what asks something of him, in words of its own: refuse it at the door, leave it where it lies, send
 * back what has arrived. All else is the merchant's business with the carrier: a failed attempt is followed by the next
 * one, which is told; returning and returned is as it should be; and of a signature that may be the sender's nobody
 * knows that the buyer has the goods.
 * The merchant hears everything as always, and as trouble what is lost if nobody acts: the goods are with the buyer.
 */
const ORDER_IS_OFF: Readonly<Record<Saying, OffRow>> = {
  info_received: { user: 'withheld', merchant: 'usual' },
  picked_up: { user: 'withheld', merchant: 'usual' },
  in_transit: { user: 'withheld', merchant: 'usual' },
  customs: { user: 'withheld', merchant: 'usual' },
  out_for_delivery: { user: 'off', merchant: 'usual' },
  available_for_pickup: { user: 'off', merchant: 'usual' },
  delivered: { user: 'off', merchant: 'off' },
  signed_for: { user: 'withheld', merchant: 'usual' },
  failed_attempt: { user: 'withheld', merchant: 'usual' },
  exception: { user: 'withheld', merchant: 'usual' },
  returning: { user: 'withheld', merchant: 'usual' },
  returned: { user: 'withheld', merchant: 'usual' },
  expired: { user: 'withheld', merchant: 'usual' },
};

/**
 * Decides what one audience is told. A return parcel belongs to an order that is off: it is told of as a return. Without
 * a column that says the direction every parcel goes to its buyer; where that column says nothing that is understood,
 * nobody knows who is to refuse or collect the parcel, and it is told as always.
 */
export function tellingOf(audience: Audience, told: Told, facts: TellingFacts): Telling {
  const { direction, orderStatus } = facts;
  if (direction === 'return') return { manner: 'return' };
  if (direction === null) return { manner: 'usual' };
  if (orderStatus === 'cancelled' || orderStatus === 'refunded') {
    const off = `order-${orderStatus}` as const;
    const cell = ORDER_IS_OFF[told.saying][audience];
    if (cell === 'withheld') return { withheld: off };
    if (cell === 'off') return { manner: off };
  }
  return { manner: audience === 'merchant' && isLeftWithOthers(told, facts) ? 'not-handed-over' : 'usual' };
}

/** Whose signature it was decides only about goods that somebody needs himself. */
export const asksWhoSigned = ({ saying }: Pick<Told, 'saying'>, facts: TellingFacts): boolean =>
  saying === 'delivered' && isPersonal(facts);

const isPersonal = ({ orderKind }: TellingFacts): boolean =>
  orderKind === 'prescription' || orderKind === 'cold';

function isLeftWithOthers({ saying, signedByAnother }: Told, facts: TellingFacts): boolean {
  return (
    isPersonal(facts) && (saying === 'available_for_pickup' || (saying === 'delivered' && signedByAnother))
  );
}
