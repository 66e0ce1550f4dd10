import { expect } from '@jest/globals';
import type { ShipmentUpdate } from '../../src/shipment/update';
import type { Parsed } from '../../src/sources/source';

/** The update of a request that tells of one waybill. */
export function onlyUpdate({ updates }: Parsed): ShipmentUpdate {
  expect(updates).toHaveLength(1);
  return updates[0] as ShipmentUpdate;
}
