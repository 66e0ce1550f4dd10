import { overwriteWord } from '../ids';
import { chooseClasses, type MessageClasses } from '../classes/message-classes';
import { apsOf } from '../classes/vendor-options';
import { payloadOf } from '../payload';
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
export function fcmRequest(message: PushMessage, now: number, classes?: MessageClasses): object {
  const tag = overwriteWord(message.overwriteKey);
  const ttlMs = Math.min(message.timeToLiveMs, LONGEST_TTL_MS);
  const ttl = Math.floor(ttlMs / SECOND);
  const chosen = chooseClasses(classes, { appid: message.appid, status: message.parcel.status });
  const channel = chosen.fcm.channel;
  const payload = payloadOf(message);
  return {
    message: {
      token: requiredText('cid', message.cid),
      notification: {
        title: requiredText('title', message.title, TITLE_LENGTH),
        body: requiredText('content', message.content, BODY_LENGTH),
      },
      data: payload,
      // Parcel news is shown at once: normal priority waits for a phone that sleeps.
      android: {
        priority: 'HIGH',
        ttl: `${ttl}s`,
        notification: { tag, ...(channel !== undefined && { channel_id: channel }) },
      },
      apns: {
        headers: {
          'apns-collapse-id': tag,
          'apns-expiration': String(Math.floor((now + ttlMs) / SECOND)),
          'apns-priority': '10',
        },
        payload: { aps: { sound: 'default', ...apsOf(chosen) } },
      },
      webpush: {
        headers: { TTL: String(ttl), Urgency: 'high', Topic: tag },
        notification: { tag },
        // A browser opens it by itself, and takes https only.
        ...(payload.link?.startsWith('https://') && { fcm_options: { link: payload.link } }),
      },
    },
  };
}
