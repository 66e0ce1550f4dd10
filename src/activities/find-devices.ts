import { type DeviceSearch, findDevices as selectDevices } from '../database/find-devices';
import { followForLook } from './follow-order';
import { findStaff, peopleOf } from '../database/members';
import { inTransaction, leaveToCommit } from '../database/pool';
import { deleteEndedWaits } from '../database/waits';
import type { DevicePage, DeviceRef, NotificationRef, ToldParcel } from '../shipment/delivery';
import type { ActivityDeps } from './deps';
import { createMembersTrouble } from './members-trouble';

export interface FindDevicesInput {
  readonly workflowId: string;
  readonly notifications: readonly NotificationRef[];
  readonly round: number;
  readonly only?: readonly string[];
  /** What the notifications tell; older histories lack it, and their notifications stay as they are. */
  readonly parcel?: ToldParcel;
}

/** Ids per page: a page of results stays far below Temporal's 2 MB payload and its history limits. */
export const PAGE_SIZE = 100;

/**
 * Finds the next page of devices that this round has not tried yet, and says whose pushes take a queue of their own.
 * First the notifications follow the order: whom it names now is looked for, and nobody else.
 * The phones of a merchant's people are looked for as they belong to it now. While that cannot be found out, everybody
 * else is told.
 * Whoever has one is no longer waited for: the round may last a day, and a wait that goes on beside it would be woken
 * again and again. A device that turns out to be gone is waited for anew.
 */
export function createFindDevices(deps: ActivityDeps) {
  const { pool, shopTables, providers, pushOnlyTo, rates = {} } = deps;
  const nameTrouble = createMembersTrouble(deps);
  const queued = providersWithQueue([...providers.keys()], rates);
  return function findDevices(input: FindDevicesInput): Promise<DevicePage> {
    const { workflowId, round, only } = input;
    return inTransaction(pool, async (db) => {
      const followed = await followForLook(db, deps, input);
      const searches: DeviceSearch[] = [];
      let membersUnknown = false;
      // One more than the page holds tells whether another page follows.
      const page = { round, only, limit: PAGE_SIZE + 1, pushOnlyTo };
      for (const notification of followed.named) {
        const staff = await findStaff(db, shopTables, notification.audience, notification.recipientId);
        nameTrouble(staff);
        membersUnknown ||= staff?.kind === 'unknown';
        searches.push({ ...page, notification, staff: peopleOf(staff) });
      }
      const ofAll = await Promise.all(searches.map((search) => selectDevices(db, shopTables, search)));
      const found = ofAll
        .flat()
        .slice(0, PAGE_SIZE + 1)
        .map(({ provider, ...device }): DeviceRef =>
          queued.has(provider) ? { ...device, provider } : device,
        );
      const audiences = [...new Set(found.map(({ audience }) => audience))];
      if (audiences.length > 0)
        await leaveToCommit(db, [deleteEndedWaits(db, workflowId, 'device', audiences)]);
      const { notifications, recipients } = followed;
      return {
        ...{ devices: found.slice(0, PAGE_SIZE), more: found.length > PAGE_SIZE, notifications },
        ...(recipients && { recipients }),
        ...(membersUnknown && { membersUnknown }),
      };
    });
  };
}

/**
 * Providers whose pushes wait in a queue of their own: those with a rate to hold, and all of several, so that one
 * which hangs does not fill the places of the others. The pushes of a single one without a rate stay in the queue of
 * the deliveries, where Temporal hands them to the worker together with its workflow task: a third less time to the
 * phone and a sixth less processor (94 -> 62 ms, 141 -> 118 ms per delivery on two cores).
 */
export function providersWithQueue(
  providers: readonly string[],
  rates: Readonly<Partial<Record<string, number>>>,
): ReadonlySet<string> {
  return new Set(
    providers.length > 1 ? providers : providers.filter((provider) => rates[provider] !== undefined),
  );
}
