import { currentStatus } from '../shipment/current-status';
import type { ShipmentEvent } from '../shipment/update';
import { contentKey } from './update-identity';

/**
 * What a sender says of a waybill as a whole, as the newest scan of it. Some statuses have no scan: a parcel that
 * is no longer heard of, a state that came before its scan.
 * @param scans those of the same snapshot
 * @returns `undefined` where the scans say it already, or it says nothing
 */
export function wholeScan(whole: ShipmentEvent, scans: readonly ShipmentEvent[]): ShipmentEvent | undefined {
  if (whole.status === null && scans.length > 0) return undefined;
  const newest = scans.reduce<ShipmentEvent | undefined>(
    (a, b) => (a === undefined || b.time > a.time || (b.time === a.time && b.key > a.key) ? b : a),
    undefined,
  );
  const ofTheMoment = scans.filter(({ time }) => time === newest?.time).map(({ status }) => status);
  if (ofTheMoment.includes(whole.status) || currentStatus(scans)?.status === whole.status) return undefined;
  const justAfter = newest === undefined ? '' : new Date(Date.parse(newest.time) + 1).toISOString();
  return {
    ...whole,
    // Without the time, which may be that of sending: the same snapshot told again must be the same update.
    key: contentKey('whole', whole.rawStatus, whole.text, newest?.key ?? ''),
    time: whole.time > justAfter ? whole.time : justAfter,
  };
}
