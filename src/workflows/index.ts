/** Deterministic code only: types, `@temporalio/workflow` and the pure shipment folder. Names are workflow types. */
export { deliveryNotification as DeliveryNotification } from './delivery-notification';
export { sweepWaits as SweepWaits } from './sweep-waits';
