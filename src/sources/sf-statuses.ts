import type { ShipmentStatus } from '../shipment/status';
import type { StatusTable } from './source';

/**
 * The operation codes of SF, `opCode`. Two integrators’ copies of SF’s own list say what each means (140 codes; they
 * agree but for 3036, which one of them has); real traces decide where they differ from it, as for 44 and 305.
 */
export const SF_STATUSES: StatusTable = {
  // The sender prepares it.
  '138': 'info_received',
  '141': 'info_received',
  '647': 'info_received',

  '41': 'picked_up',
  '43': 'picked_up',
  '46': 'picked_up',
  '50': 'picked_up',
  '54': 'picked_up',
  // 129: the courier took it out of the locker where the sender had put it
  '129': 'picked_up',
  '188': 'picked_up',
  '214': 'picked_up',
  '607': 'picked_up',
  '651': 'picked_up',
  '655': 'picked_up',
  '700': 'picked_up',
  '701': 'picked_up',
  '850': 'picked_up',
  '851': 'picked_up',
  '950': 'picked_up',

  '10': 'in_transit',
  '11': 'in_transit',
  '30': 'in_transit',
  '31': 'in_transit',
  '34': 'in_transit',
  '36': 'in_transit',
  '47': 'in_transit',
  '64': 'in_transit',
  '65': 'in_transit',
  '86': 'in_transit',
  '87': 'in_transit',
  '88': 'in_transit',
  '89': 'in_transit',
  // Whole trucks: 97 is signed for as a load, not by the buyer.
  '96': 'in_transit',
  '97': 'in_transit',
  '98': 'in_transit',
  // Sent on to another address, as the customer wished; see FORWARDED_OR_RETURNED.
  '99': 'in_transit',
  '105': 'in_transit',
  '106': 'in_transit',
  // on its way to a shop of SF; 127: put into a locker by the sender
  '123': 'in_transit',
  '127': 'in_transit',
  '135': 'in_transit',
  '136': 'in_transit',
  '137': 'in_transit',
  '147': 'in_transit',
  '186': 'in_transit',
  '187': 'in_transit',
  '189': 'in_transit',
  '190': 'in_transit',
  '201': 'in_transit',
  '202': 'in_transit',
  '208': 'in_transit',
  '211': 'in_transit',
  '302': 'in_transit',
  '304': 'in_transit',
  '305': 'in_transit',
  '310': 'in_transit',
  '405': 'in_transit',
  '406': 'in_transit',
  '407': 'in_transit',
  '501': 'in_transit',
  '570': 'in_transit',
  '571': 'in_transit',
  '626': 'in_transit',
  '627': 'in_transit',
  '633': 'in_transit',
  '634': 'in_transit',
  '643': 'in_transit',
  '649': 'in_transit',
  '656': 'in_transit',
  '676': 'in_transit',
  '677': 'in_transit',
  '830': 'in_transit',
  '831': 'in_transit',
  '843': 'in_transit',
  '844': 'in_transit',
  '847': 'in_transit',
  '921': 'in_transit',
  '930': 'in_transit',
  '931': 'in_transit',
  '932': 'in_transit',
  '3036': 'in_transit',

  '14': 'customs',
  '15': 'customs',
  '16': 'customs',
  '17': 'customs',
  '18': 'customs',
  '604': 'customs',
  '605': 'customs',
  '606': 'customs',
  '612': 'customs',
  '613': 'customs',
  '614': 'customs',
  '619': 'customs',
  '620': 'customs',
  '621': 'customs',
  '623': 'customs',

  // 44: the courier is named
  '44': 'out_for_delivery',
  '122': 'out_for_delivery',
  // 126: taken out of the locker again by the courier
  '126': 'out_for_delivery',
  '204': 'out_for_delivery',
  '212': 'out_for_delivery',
  '630': 'out_for_delivery',
  '880': 'out_for_delivery',
  '933': 'out_for_delivery',

  // 125: handed to a locker or a station, which signs for it
  '125': 'available_for_pickup',
  '130': 'available_for_pickup',
  '632': 'available_for_pickup',
  '642': 'available_for_pickup',
  '657': 'available_for_pickup',
  '664': 'available_for_pickup',
  '678': 'available_for_pickup',

  '80': 'delivered',
  // taken out of the locker by the buyer; handed out by a station or a partner
  '128': 'delivered',
  '658': 'delivered',
  '679': 'delivered',
  '935': 'delivered',
  '8000': 'delivered',

  '33': 'failed_attempt',
  '70': 'failed_attempt',

  // held, marked, not picked up, not as it should be; 215, 660: given back to the one who brought it
  '66': 'exception',
  '72': 'exception',
  '77': 'exception',
  '131': 'exception',
  '215': 'exception',
  '611': 'exception',
  '660': 'exception',
  '833': 'exception',
  '870': 'exception',
  '934': 'exception',

  '631': 'returning',
  // With a new number; see FORWARDED_OR_RETURNED.
  '648': 'returning',

  // Of one piece, a weight, a pack, a booking, an appointment to put furniture up: nothing about where it is.
  '51': null,
  '75': null,
  '84': null,
  '140': null,
  '151': null,
  '152': null,
  '153': null,
  '154': null,
  '205': null,
  '206': null,
  '646': null,
  '900': null,
};

/** A locker or a station took it in the buyer's stead. */
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

/** Codes of a parcel that goes elsewhere, to another address or back: SF says which of the two in the text alone. */
const FORWARDED_OR_RETURNED = ['99', '648'];

/** What may stand beside an `opCode`; empty where it does not. */
export interface SfRow {
  readonly opCode: string;
  readonly reason: string;
  readonly first: string;
  readonly secondary: string;
  readonly remark: string;
}

/**
 * What a row means where its `opCode` alone does not say it. Assumed: where the codes of one row disagree, the reason
 * goes first, then customs, then the `opCode`, and last the first status.
 * @returns `undefined` where the `opCode` decides
 */
export function statusBesideOpCode({
  opCode,
  reason,
  first,
  secondary,
  remark,
}: SfRow): ShipmentStatus | undefined {
  const byReason = REASONS.get(`${opCode}/${reason}`);
  if (byReason !== undefined) return byReason;
  if (CUSTOMS.includes(secondary)) return 'customs';
  if (FORWARDED_OR_RETURNED.includes(opCode)) return elsewhere(remark);
  return Object.hasOwn(SF_STATUSES, opCode) ? undefined : FIRST_STATUSES.get(first);
}

/** @returns `undefined` for a text that says both, or neither */
function elsewhere(remark: string): ShipmentStatus | undefined {
  const [returned, forwarded] = [remark.includes('退'), remark.includes('转寄')];
  if (returned === forwarded) return undefined;
  return returned ? 'returning' : 'in_transit';
}
