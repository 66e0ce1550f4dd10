import type { Saying } from './phrases';
import { spelled } from './shop-facts';
import { type ShipmentStatus, type StatusMap, readStatus } from './status';

/** Which of the parcels of its order a message tells of. */
export interface AmongParcels {
  /** From 1. */
  readonly place: number;
  readonly of: number;
  /** With this one all of them have arrived. */
  readonly all?: true;
}

/** More parcels of one order are not counted: no message is worth reading them all. */
export const MOST_PARCELS = 20;

/** `off`: it is none that its buyer awaits, as it was called off, went back, or is one that he sends himself. */
type Standing = 'under-way' | 'delivered' | 'off';

/** A row of an order, in the order in which its rows were made. */
export interface ParcelOfOrder {
  readonly id: string;
  /** Several rows may have one number, and are one parcel. */
  readonly trackingNo: string | null;
  readonly standing: Standing;
  /** Of how many parcels its messages have said that all arrived; `null`: they never did. */
  readonly saidAllOf: number | null;
}

/** Words by which shops call a parcel off. No carrier says them: a status of ours never means it. */
const CALLED_OFF = new Set(['cancelled', 'canceled', 'void', 'voided', '已取消', '取消', '已作废', '作废']);

export const isCalledOff = (word: string | null): boolean => CALLED_OFF.has(spelled(word ?? ''));

/** How a parcel stands by the word of its row, and by what was told of it last. */
export function standingOf(
  row: {
    readonly word: string | null;
    readonly told: ShipmentStatus | null;
    /** Of what was told: it may be the sender who has signed. */
    readonly unproven: boolean;
    readonly isReturn: boolean;
  },
  statusMap: StatusMap,
): Standing {
  const word = row.word ?? '';
  if (row.isReturn || isCalledOff(word)) return 'off';
  const status = readStatus(word, statusMap) ?? row.told;
  if (status === 'returned') return 'off';
  return status === 'delivered' && !(row.told === 'delivered' && row.unproven) ? 'delivered' : 'under-way';
}

/**
 * Finds which of its order a parcel is. A parcel keeps its place while those before it are awaited; a row that is added
 * later changes of how many it is one.
 * @param rows all of the order, or more than are counted
 * @returns `null` where nothing is said: it is the only one, none that is awaited, or one of too many
 */
export function placeAmong(
  rows: readonly ParcelOfOrder[],
  ownId: string,
  saying: Saying,
): AmongParcels | null {
  if (rows.length > MOST_PARCELS) return null;
  const parcels = new Map<string, Standing>();
  for (const { id, trackingNo, standing } of rows) {
    const parcel = numberOf(trackingNo) ?? id;
    const now = id === ownId && standing !== 'off' ? standingSaid(saying) : standing;
    if (now === 'off') continue;
    parcels.set(parcel, parcels.get(parcel) === 'delivered' ? 'delivered' : now);
  }
  const own = rows.find(({ id }) => id === ownId);
  const place = own ? [...parcels.keys()].indexOf(numberOf(own.trackingNo) ?? own.id) + 1 : 0;
  const of = parcels.size;
  if (place === 0 || of < 2) return null;
  const isLast = saying === 'delivered' && [...parcels.values()].every((each) => each === 'delivered');
  const isSaid = rows.some(({ saidAllOf }) => saidAllOf !== null && saidAllOf >= of);
  return { place, of, ...(isLast && !isSaid && { all: true as const }) };
}

function standingSaid(saying: Saying): Standing {
  if (saying === 'returned') return 'off';
  return saying === 'delivered' ? 'delivered' : 'under-way';
}

const numberOf = (trackingNo: string | null): string | null => trackingNo?.trim().toUpperCase() || null;
