import { createListForRetry, createRetryBatch } from './bulk-retry';
import type { ActivityDeps } from './deps';
import { createEndUnsent } from './end-unsent';
import { createFindDevices } from './find-devices';
import { createPersistWaybill } from './persist-waybill';
import { createPushToDevice } from './push-to-device';
import { createRecordOutcome, createRecordResults } from './record-outcome';
import { createResolveRecipients } from './resolve-recipients';
import { createRetireSilentDevices } from './retire-silent-devices';
import { createUpsertNotifications } from './upsert-notifications';
import { createWakeDueWaits } from './wake-due-waits';

/** Everything a workflow can ask for. */
export interface Activities {
  persistWaybill: ReturnType<typeof createPersistWaybill>;
  resolveRecipients: ReturnType<typeof createResolveRecipients>;
  upsertNotifications: ReturnType<typeof createUpsertNotifications>;
  findDevices: ReturnType<typeof createFindDevices>;
  pushToDevice: ReturnType<typeof createPushToDevice>;
  recordResults: ReturnType<typeof createRecordResults>;
  recordOutcome: ReturnType<typeof createRecordOutcome>;
  endUnsent: ReturnType<typeof createEndUnsent>;
  wakeDueWaits: ReturnType<typeof createWakeDueWaits>;
  listForRetry: ReturnType<typeof createListForRetry>;
  retryBatch: ReturnType<typeof createRetryBatch>;
  retireSilentDevices: ReturnType<typeof createRetireSilentDevices>;
}

/** Builds the activities over their parts. */
export function createActivities(deps: ActivityDeps): Activities {
  return {
    persistWaybill: createPersistWaybill(deps),
    resolveRecipients: createResolveRecipients(deps),
    upsertNotifications: createUpsertNotifications(deps),
    findDevices: createFindDevices(deps),
    pushToDevice: createPushToDevice(deps),
    recordResults: createRecordResults(deps),
    recordOutcome: createRecordOutcome(deps),
    endUnsent: createEndUnsent(deps),
    wakeDueWaits: createWakeDueWaits(deps),
    listForRetry: createListForRetry(deps),
    retryBatch: createRetryBatch(deps),
    retireSilentDevices: createRetireSilentDevices(deps),
  };
}
