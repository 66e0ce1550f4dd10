import { activityInfo } from '@temporalio/activity';
import { type DeviceSearch, findDevices as selectDevices, type FoundDevice } from '../database/find-devices';
import { followForLook } from './follow-order';
import { findStaff, peopleOf } from '../database/members';
import { inTransaction, leaveToCommit } from '../database/pool';
import { deleteEndedWaits } from '../database/waits';
import {
  merchantOf,
  type DevicePage,
  type DeviceRef,
  type NotificationRef,
  type ToldParcel,
} from '../shipment/delivery';
import type { ActivityDeps } from './deps';
import { createMembersTrouble } from './members-trouble';

export interface FindDevicesInput {
  readonly workflowId: string;
  readonly notifications: readonly NotificationRef[];
  readonly round: number;
  readonly only?: readonly string[];
  /** What the notifications tell; older histories lack it, and their notifications stay as they are. */
  readonly parcel?: ToldParcel;
  /** Nothing was looked for before in this round. */
  readonly isFirst?: boolean;
}

/** A delivery with more devices pushes to none of them near: it would hold its workflow task, and the others' places. */
const MOST_NEAR = 10;

/** Ids per page: a page of results stays far below Temporal's 2 MB payload and its history limits. */
export const PAGE_SIZE = 100;

/**
 * Finds the next page of devices that this round has not tried yet, and says whose pushes take a queue of their own,
 * and which may be tried near first.
 * First the notifications follow the order: whom it names now is looked for, and nobody else.
 * The phones of a merchant's people are looked for as they belong to it now. While that cannot be found out, everybody
 * else is told.
 * Whoever has one is no longer waited for, nor is the order: the round may last a day, and a wait that goes on beside it
 * would be woken again and again. A device that turns out to be gone is waited for anew.
 */
export function createFindDevices(deps: ActivityDeps) {
  const { pool, shopTables, providers, pushOnlyTo, rates = {}, nearPlaces } = deps;
  const nameTrouble = createMembersTrouble(deps);
  const queued = providersWithQueue([...providers.keys()], rates);
  return async function findDevices(input: FindDevicesInput): Promise<DevicePage> {
    const { workflowId, round, only, isFirst = false } = input;
    const { found, ...page } = await inTransaction(pool, async (db) => {
      const followed = await followForLook(db, deps, input);
      const searches: DeviceSearch[] = [];
      let membersUnknown = false;
      // One more than the page holds tells whether another page follows.
      const repeats = { workflowId, isFirst };
      const search = { round, only, limit: PAGE_SIZE + 1, pushOnlyTo, repeats };
      for (const notification of followed.named) {
        const staff = await findStaff(db, shopTables, notification.audience, notification.recipientId);
        nameTrouble(staff);
        membersUnknown ||= staff?.kind === 'unknown';
        searches.push({ ...search, notification, staff: peopleOf(staff) });
      }
      const ofAll = await Promise.all(searches.map((one) => selectDevices(db, shopTables, one)));
      const found = ofAll.flat().slice(0, PAGE_SIZE + 1);
      const audiences = [...new Set(found.map(({ audience }) => audience))];
      if (audiences.length > 0)
        await leaveToCommit(db, [
          deleteEndedWaits(db, workflowId, ['order/', ...audiences.map((one) => `device/${one}` as const)]),
        ]);
      const { notifications, recipients } = followed;
      return {
        ...{ found, notifications },
        ...(recipients && { recipients }),
        ...(membersUnknown && { membersUnknown }),
      };
    });
    const isNear = await mayBeNear(found, merchantOf(page.notifications));
    const devices = found.slice(0, PAGE_SIZE).map(({ provider, ...device }): DeviceRef => {
      const { messageId, audience, deviceId, cidTail } = device;
      return {
        ...{ messageId, audience, deviceId, cidTail },
        ...(queued.has(provider) && { provider }),
        ...(isNear && { near: true }),
      };
    });
    return { devices, more: found.length > PAGE_SIZE, ...page };
  };

  /**
   * All of a delivery or none: a far push is scheduled when the workflow task ends, and would wait for the near ones.
   * Near is where the workflow task is, and its code: that of another build does not know of it.
   */
  async function mayBeNear(found: readonly FoundDevice[], merchantId: string | undefined): Promise<boolean> {
    if (nearPlaces === undefined || !activityInfo().isLocal || found.length > MOST_NEAR) return false;
    const isFit = ({ begun, provider }: FoundDevice): boolean =>
      !begun && providers.has(provider) && rates[provider] === undefined;
    return found.every(isFit) && (await nearPlaces.take(found.map((device) => ({ ...device, merchantId }))));
  }
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
