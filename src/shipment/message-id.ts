import type { Decision } from './delivery';
import type { Audience } from './update';

/**
 * The identity of a notification, unique for ever: the waybill, which parcel under its number, the status,
 * for the how-manyeth time, and for whom. Where another person of this audience has been told before, the next one's
 * message has a further part: 2 for the second person.
 */
export function messageId(decision: Decision, audience: Audience, person = 1): string {
  const { waybillId, instance, status, occurrence } = decision;
  const first = [waybillId, instance, status, occurrence, audience].join(':');
  return person === 1 ? first : `${first}:${person}`;
}

const PERSON = /:(?:user|merchant):(\d+)$/;

/** For the how-manyeth person of its audience a message is. */
export function personOf(id: string): number {
  return Number(PERSON.exec(id)?.[1] ?? 1);
}

/** The identity of the first person's message that says the same. */
export function firstMessageId(id: string): string {
  return PERSON.test(id) ? id.slice(0, id.lastIndexOf(':')) : id;
}
