import type { ShipmentUpdate } from '../../src/shipment/update';
import { deliveryOf } from '../../src/deliveries/workflow-id';
import { journalId, type JournalEntry } from '../../src/intake/journal-entry';

let numbers = 0;

/** An update about a waybill of its own. */
export function ownUpdate(trackingNo = `YT${String((numbers += 1)).padStart(8, '0')}`): ShipmentUpdate {
  return { source: 'kuaidi100', carrier: 'yto', trackingNo, events: [] };
}

/** A request with these updates, received now. */
export function ownEntry(...updates: ShipmentUpdate[]): JournalEntry {
  const receivedAt = Date.now();
  return {
    id: journalId(receivedAt),
    receivedAt,
    source: 'kuaidi100',
    channel: 'main',
    mediaType: 'application/x-www-form-urlencoded',
    body: Buffer.from('param='),
    deliveries: updates.map(deliveryOf),
    flaws: [],
  };
}
