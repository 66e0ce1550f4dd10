import type { Decision } from './delivery';
import type { Audience } from './update';

/**
 * The identity of a notification, unique for ever: the waybill, which parcel under its number, the status,
 * for the how-manyeth time, and for whom.
 */
export function messageId(decision: Decision, audience: Audience): string {
  return [decision.waybillId, decision.instance, decision.status, decision.occurrence, audience].join(':');
}
