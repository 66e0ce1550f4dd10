import { createApplyRetention } from './apply-retention';
import { createListForRetry, createRetryBatch } from './bulk-retry';
import { createNearPlaces } from '../push/near-places';
import type { ActivityDeps } from './deps';
import { createEndUnsent } from './end-unsent';
import { createErasePass, createFinishErasure } from './erase';
import { createFindDevices } from './find-devices';
import { createPersistWaybill } from './persist-waybill';
import { createPreparePushTest, createSendPushTest } from './push-test';
import { createPushToDevice } from './push-to-device';
import { createRecordOutcome, createRecordResults } from './record-outcome';
import { finalOnRefusedData } from './refused-data';
import { createResolveRecipients } from './resolve-recipients';
import { createRetireSilentDevices } from './retire-silent-devices';
import { createUpsertNotifications } from './upsert-notifications';
import { createWakeDueWaits } from './wake-due-waits';

/** Every step that a workflow can ask for, by its name in Temporal. */
const STEPS = {
  persistWaybill: createPersistWaybill,
  resolveRecipients: createResolveRecipients,
  upsertNotifications: createUpsertNotifications,
  findDevices: createFindDevices,
  pushToDevice: createPushToDevice,
  recordResults: createRecordResults,
  recordOutcome: createRecordOutcome,
  endUnsent: createEndUnsent,
  wakeDueWaits: createWakeDueWaits,
  listForRetry: createListForRetry,
  retryBatch: createRetryBatch,
  retireSilentDevices: createRetireSilentDevices,
  applyRetention: createApplyRetention,
  erasePass: createErasePass,
  finishErasure: createFinishErasure,
  preparePushTest: createPreparePushTest,
  sendPushTest: createSendPushTest,
};

export type Activities = { [Step in keyof typeof STEPS]: ReturnType<(typeof STEPS)[Step]> };

/** Builds the activities over their parts. */
export function createActivities(deps: ActivityDeps): Activities {
  const shared = { nearPlaces: createNearPlaces(), ...deps };
  const built = Object.entries(STEPS).map(
    ([step, create]) => [step, finalOnRefusedData(create(shared))] as const,
  );
  return Object.fromEntries(built) as Activities;
}
