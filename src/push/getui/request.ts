import { overwriteNumber, overwriteWord } from '../ids';
import type { PushMessage } from '../provider';
import { requiredText } from '../attempt';
import { cutText } from '../text';

const HOUR = 60 * 60_000;

const TITLE_LENGTH = 50;
const BODY_LENGTH = 256;
/**
 * vivo's, the shortest of the vendors': each of them drops what is longer than it takes. 40 and 100 English letters,
 * or half as many Chinese characters.
 */
const VENDOR_TITLE_LENGTH = 40;
const VENDOR_BODY_LENGTH = 100;
const asVendorsCount = (point: string): number => (point > '\u007f' ? 2 : 1);
const LONGEST_TTL_MS = 72 * HOUR;
/** Vendors' class for parcels; unset means marketing: limited by quota, or silent. HarmonyOS demands it. */
const VENDOR_OPTIONS = {
  HW: { '/message/android/category': 'EXPRESS' },
  VV: { '/category': 'ORDER' },
};

/**
 * The body of `/push/single/cid`: GeTui's own channel, and those of the phones' vendors. Without `push_channel` a
 * phone whose app is not running gets nothing. https://docs.getui.com/getui/server/rest_v2/push/
 * @throws {UnsendableError}
 */
export function getuiRequest(message: PushMessage): { readonly cid: string; readonly body: object } {
  const cid = requiredText('cid', message.cid);
  const title = requiredText('title', message.title, TITLE_LENGTH);
  const body = requiredText('content', message.content, BODY_LENGTH);
  const payload = JSON.stringify({ notificationId: message.messageId });
  // Opens the app and hands it the payload. The same notify_id replaces what the phone shows.
  const notification = { title, body, click_type: 'payload', payload };
  const forVendors = {
    ...notification,
    title: cutText(title, VENDOR_TITLE_LENGTH, asVendorsCount),
    body: cutText(body, VENDOR_BODY_LENGTH, asVendorsCount),
  };
  const notifyId = overwriteNumber(message.overwriteKey);
  return {
    cid,
    body: {
      request_id: message.requestId,
      settings: { ttl: Math.min(message.timeToLiveMs, LONGEST_TTL_MS) },
      audience: { cid: [cid] },
      push_message: { notification: { ...notification, notify_id: notifyId } },
      push_channel: {
        android: {
          ups: { notification: { ...forVendors, notify_id: String(notifyId) }, options: VENDOR_OPTIONS },
        },
        ios: {
          type: 'notify',
          payload,
          aps: { alert: { title, body }, 'content-available': 0, sound: 'default' },
          'apns-collapse-id': overwriteWord(message.overwriteKey),
        },
        harmony: { notification: { ...notification, category: 'EXPRESS', notify_id: notifyId } },
      },
    },
  };
}
