import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RetryRequest } from '../shipment/retry-request';
import type { Progress } from './progress';

/** Names under which the outside speaks to a delivery. All arguments are optional: the CLI may send none. */

/** Try again what failed or is missing. From the CLI: `temporal workflow signal --name retry`. */
export const retrySignal = defineSignal<[RetryRequest?]>('retry');
/** The waybill of this delivery is linked to an order now. */
export const orderLinkedSignal = defineSignal('orderLinked');
/** An owner that this delivery waits for registered a device. */
export const deviceRegisteredSignal = defineSignal('deviceRegistered');
/** A newer status of the waybill was committed: this delivery has nothing left to say. */
export const supersedeSignal = defineSignal('supersede');

/** Where the delivery stands. */
export const progressQuery = defineQuery<Progress>('progress');

/** As `retry`, with an answer: what will be tried. Refused with a reason when there is nothing to retry. */
export const retryNowUpdate = defineUpdate<string, [RetryRequest?]>('retryNow');
