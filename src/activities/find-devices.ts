import { findDevices as selectDevices } from '../database/find-devices';
import { inTransaction } from '../database/pool';
import type { DevicePage, DeviceRef, NotificationRef } from '../shipment/delivery';
import type { ActivityDeps } from './deps';

export interface FindDevicesInput {
  readonly notifications: readonly NotificationRef[];
  readonly round: number;
  readonly only?: readonly string[];
}

/** Ids per page: a page of results stays far below Temporal's 2 MB payload and its history limits. */
export const PAGE_SIZE = 100;

/** Finds the next page of devices that this round has not tried yet. */
export function createFindDevices({ pool, providers }: ActivityDeps) {
  return function findDevices({ notifications, round, only }: FindDevicesInput): Promise<DevicePage> {
    return inTransaction(pool, async (db) => {
      const found: DeviceRef[] = [];
      for (const notification of notifications) {
        // One more than the page holds tells whether another page follows.
        const limit = PAGE_SIZE + 1 - found.length;
        if (limit <= 0) continue;
        for (const { provider, ...device } of await selectDevices(db, { notification, round, only, limit }))
          found.push(providers.has(provider) ? { ...device, provider } : device);
      }
      return { devices: found.slice(0, PAGE_SIZE), more: found.length > PAGE_SIZE };
    });
  };
}
