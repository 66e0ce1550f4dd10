import { carrierCode, type Carriers } from './carriers';
import type { EndReason } from './end-reason';
import type { SendStatus } from './delivery';

/** How a delivery ends whose row of the shop has got another number, or another carrier, since. */
export const RENUMBERED = {
  outcome: 'superseded',
  reason: 'renumbered',
} as const satisfies { readonly outcome: SendStatus; readonly reason: EndReason };

/** The number under which a row of the shop stood when it was heard of last, as the shop spelled it. */
export interface NotedNumber {
  readonly carrier: string | null;
  /** Empty: it was forgotten, as nothing was heard of it for long. */
  readonly trackingNo: string;
  /** The first parcel instance of this number: message ids of the row with lower ones are of numbers before. */
  readonly firstInstance: number;
}

const spellNumber = (trackingNo: string | null): string => (trackingNo ?? '').trim().toUpperCase();
const isBlank = (name: string | null): boolean => name === null || name.trim() === '';

/**
 * Whether a row of the shop is about another parcel than when it was heard of last: its number is another one, or its
 * carrier is. Another spelling is no other, and a row that named no carrier may name one now. A row without a number is
 * about none yet.
 */
export function isRenumbered(
  row: { readonly carrier: string | null; readonly tracking_no: string | null },
  noted: Pick<NotedNumber, 'carrier' | 'trackingNo'>,
  carriers: Carriers,
): boolean {
  if (isBlank(row.tracking_no) || isBlank(noted.trackingNo)) return false;
  return !isSameNumber(row, noted) || !isSameCarrier(row.carrier, noted.carrier, carriers);
}

export const isSameNumber = (
  row: { readonly tracking_no: string | null },
  noted: Pick<NotedNumber, 'trackingNo'>,
): boolean => spellNumber(row.tracking_no) === spellNumber(noted.trackingNo);

function isSameCarrier(one: string | null, other: string | null, carriers: Carriers): boolean {
  if (one === null || other === null || isBlank(one) || isBlank(other)) return true;
  return carrierCode(carriers, one) === carrierCode(carriers, other);
}
