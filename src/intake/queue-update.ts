import type { QueueRow } from '../database/old-queue';
import { maskText } from '../shipment/safe-text';
import { readStatus, type ShipmentStatus, type StatusMap } from '../shipment/status';
import type { ShipmentEvent, ShipmentUpdate } from '../shipment/update';
import { carrierField, plainText, trackingNoField } from '../sources/reading/text';

/** Longest text of a scan; characters. */
const MAX_TEXT = 500;

export interface QueueRefusal {
  readonly id: string;
  readonly reason: string;
}

/** What the open rows of one waybill become: one update of those that can be told, and why the others cannot. */
export interface QueueReading {
  readonly update?: ShipmentUpdate;
  readonly taken: readonly string[];
  readonly refused: readonly QueueRefusal[];
}

export interface QueueRules {
  readonly statusMap: StatusMap;
  /** Of waybills whose row names none. */
  readonly carrier?: string;
}

/** Reads all open rows of one waybill. People hear of the newest status, once, as from a first webhook of an old parcel. */
export function readQueueRows(rows: readonly QueueRow[], { statusMap, carrier }: QueueRules): QueueReading {
  const [first] = rows;
  if (first === undefined) return { taken: [], refused: [] };
  const refuseAll = (reason: string): QueueReading => ({
    taken: [],
    refused: rows.map(({ id }) => ({ id, reason })),
  });
  if (first.trackingNo === null) return refuseAll(`there is no waybill ${first.waybillId} with a number`);
  const named = carrierField.safeParse(first.carrier ?? carrier);
  if (!named.success) return refuseAll(`waybill ${first.waybillId} names no carrier: --carrier says which`);
  const trackingNo = trackingNoField.safeParse(first.trackingNo);
  if (!trackingNo.success) return refuseAll(`the number ${first.trackingNo} is not that of a waybill`);

  const refused: QueueRefusal[] = [];
  const events: ShipmentEvent[] = [];
  const taken: string[] = [];
  for (const row of rows) {
    const event = readRow(row, trackingNo.data, statusMap);
    if (typeof event === 'string') refused.push({ id: row.id, reason: event });
    else {
      events.push(event);
      taken.push(row.id);
    }
  }
  if (events.length === 0) return { taken, refused };
  const toldBefore = lastReadable(first.told, statusMap);
  const update = {
    source: 'notify-queue',
    carrier: named.data,
    trackingNo: trackingNo.data,
    events,
    toldBefore,
  };
  return { update, taken, refused };
}

/** @returns why the row cannot be told, if it cannot */
function readRow(row: QueueRow, trackingNo: string, statusMap: StatusMap): ShipmentEvent | string {
  if (row.notified) return 'the old worker wrote its notification already: the old consumer sends it';
  if (row.time === null) return 'it has no time';
  const word = row.status ?? '';
  const status = readStatus(word, statusMap);
  if (status === null)
    return `its status ${JSON.stringify(word)} is not known: STATUS_MAP says what it means`;
  return {
    key: `notify-queue:${row.id}`,
    time: row.time,
    status,
    rawStatus: maskText(word, trackingNo),
    text: maskText(plainText(row.text ?? '', MAX_TEXT), trackingNo),
  };
}

function lastReadable(words: readonly string[], statusMap: StatusMap): ShipmentStatus | null {
  for (const word of words) {
    const status = readStatus(word, statusMap);
    if (status !== null) return status;
  }
  return null;
}
