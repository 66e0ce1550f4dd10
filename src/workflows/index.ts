/** Deterministic code only: types, `@temporalio/workflow` and the pure shipment folder. Names are workflow types. */
export { applyRetention as ApplyRetention } from './apply-retention';
export { bulkRetry as BulkRetry } from './bulk-retry';
export { deliveryNotification as DeliveryNotification } from './delivery-notification';
export { erase as Erase } from './erase';
export { retireSilentDevices as RetireSilentDevices } from './retire-silent-devices';
export { sweepWaits as SweepWaits } from './sweep-waits';
export { testPush as TestPush } from './test-push';
