import type { ShipmentStatus } from '../shipment/status';
import type { StatusTable } from './source';

/** `opCode`. */
export const SF_STATUSES: StatusTable = {
  '50': 'picked_up',
  '54': 'picked_up',
  '30': 'in_transit',
  '31': 'in_transit',
  '36': 'in_transit',
  '105': 'in_transit',
  '106': 'in_transit',
  '130': 'in_transit',
  '302': 'in_transit',
  '305': 'in_transit',
  '310': 'in_transit',
  '407': 'in_transit',
  '501': 'in_transit',
  '634': 'in_transit',
  // 44: the courier is named
  '44': 'out_for_delivery',
  '204': 'out_for_delivery',
  // 125: handed to a locker or a station, which signs for it
  '125': 'available_for_pickup',
  '642': 'available_for_pickup',
  '80': 'delivered',
  '8000': 'delivered',
  '33': 'failed_attempt',
  '70': 'failed_attempt',
  '99': 'returning',
  '631': 'returning',
  '648': 'returning',
};

export const SF_LOCKER_SIGNED = ['125'];

/** What a `reasonCode` makes of an `opCode`, as `opCode/reasonCode`. */
const REASONS = new Map<string, ShipmentStatus>([
  // lost, destroyed
  ['8000/6', 'exception'],
  ['8000/2', 'exception'],
  // cancelled
  ['70/46', 'exception'],
  // put where the buyer can collect it
  ['70/83', 'available_for_pickup'],
  ['70/85', 'available_for_pickup'],
  ['33/83', 'available_for_pickup'],
  ['33/85', 'available_for_pickup'],
]);

/** `firstStatusCode`, which many accounts do not get. */
const FIRST_STATUSES = new Map<string, ShipmentStatus>([
  ['1', 'picked_up'],
  ['2', 'in_transit'],
  ['3', 'out_for_delivery'],
  ['4', 'delivered'],
  ['11', 'available_for_pickup'],
  ['13', 'failed_attempt'],
]);

/** The values of `secondaryStatusCode` that say customs. */
const CUSTOMS = ['204', '205'];

/** The codes that may stand beside an `opCode`; empty where they do not. */
export interface SfCodes {
  readonly reason: string;
  readonly first: string;
  readonly secondary: string;
}

/**
 * What a row means where its `opCode` alone does not say it. Assumed: where the codes of one row disagree, the reason
 * goes first, then customs, then the `opCode`, and last the first status.
 * @returns `undefined` where the `opCode` decides
 */
export function statusBesideOpCode(
  opCode: string,
  { reason, first, secondary }: SfCodes,
): ShipmentStatus | undefined {
  const byReason = REASONS.get(`${opCode}/${reason}`);
  if (byReason !== undefined) return byReason;
  if (CUSTOMS.includes(secondary)) return 'customs';
  return Object.hasOwn(SF_STATUSES, opCode) ? undefined : FIRST_STATUSES.get(first);
}
