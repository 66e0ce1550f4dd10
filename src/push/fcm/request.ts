import { overwriteWord } from '../ids';
import type { PushMessage } from '../provider';
import { requiredText } from '../attempt';

const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;

/** FCM takes 4,096 bytes in all; these and their quotes stay under 2,500. */
const TITLE_LENGTH = 80;
const BODY_LENGTH = 400;
const LONGEST_TTL_MS = 28 * DAY;

/**
 * The body of `messages:send`: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
 *
 * A message replaces the one before by its tag, on the screen. Not by `collapse_key`: FCM keeps four keys per phone
 * and drops the messages of the others, and a merchant has more parcels than four.
 * @throws {UnsendableError}
 */
export function fcmRequest(message: PushMessage, now: number): object {
  const tag = overwriteWord(message.overwriteKey);
  const ttlMs = Math.min(message.timeToLiveMs, LONGEST_TTL_MS);
  const ttl = Math.floor(ttlMs / SECOND);
  return {
    message: {
      token: requiredText('cid', message.cid),
      notification: {
        title: requiredText('title', message.title, TITLE_LENGTH),
        body: requiredText('content', message.content, BODY_LENGTH),
      },
      data: { notificationId: message.messageId },
      // Parcel news is shown at once: normal priority waits for a phone that sleeps.
      android: { priority: 'HIGH', ttl: `${ttl}s`, notification: { tag } },
      apns: {
        headers: {
          'apns-collapse-id': tag,
          'apns-expiration': String(Math.floor((now + ttlMs) / SECOND)),
          'apns-priority': '10',
        },
        payload: { aps: { sound: 'default' } },
      },
      webpush: { headers: { TTL: String(ttl), Urgency: 'high', Topic: tag }, notification: { tag } },
    },
  };
}
