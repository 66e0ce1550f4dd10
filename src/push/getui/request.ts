import { overwriteNumber, overwriteWord } from '../ids';
import { MAKERS } from '../classes/makers';
import { chooseClasses, type ChosenClasses, type MessageClasses } from '../classes/message-classes';
import { apsOf, vendorOptions, type VendorOptions } from '../classes/vendor-options';
import { payloadOf } from '../payload';
import type { PushMessage } from '../provider';
import { requiredText } from '../attempt';
import { cutText } from '../text';
import { uniAppIntent } from './tap';

const HOUR = 60 * 60_000;

const TITLE_LENGTH = 50;
const BODY_LENGTH = 256;
/**
 * vivo's, the shortest of the vendors': each of them drops what is longer than it takes. 40 and 100 English letters,
 * or half as many Chinese characters.
 */
const VENDOR_TITLE_LENGTH = 40;
const VENDOR_BODY_LENGTH = 100;
/** Meizu counts characters, and takes fewer English ones: https://github.com/MEIZUPUSH/PushAPI */
const MEIZU_TITLE_LENGTH = 32;
const asVendorsCount = (point: string): number => (point > '\u007f' ? 2 : 1);
const LONGEST_TTL_MS = 72 * HOUR;

export interface GetuiRequestSettings {
  readonly classes?: MessageClasses | undefined;
  /** The Android package of a uni-app, so that it hears of taps while it is not running. */
  readonly uniAppPackage?: string | undefined;
}

/**
 * The body of `/push/single/cid`: GeTui's own channel, and those of the phones' vendors. Without `push_channel` a
 * phone whose app is not running gets nothing. https://docs.getui.com/getui/server/rest_v2/push/
 * @throws {UnsendableError}
 */
export function getuiRequest(
  message: PushMessage,
  { classes, uniAppPackage }: GetuiRequestSettings = {},
): { readonly cid: string; readonly body: object } {
  const cid = requiredText('cid', message.cid);
  const title = requiredText('title', message.title, TITLE_LENGTH);
  const body = requiredText('content', message.content, BODY_LENGTH);
  const forApp = payloadOf(message);
  const payload = JSON.stringify(forApp);
  const chosen = chooseClasses(classes, { appid: message.appid, status: message.parcel.status });
  // Opens the app and hands it the payload. The same notify_id replaces what the phone shows.
  const notification = { title, body, click_type: 'payload', payload };
  const shortText = {
    title: cutText(cutText(title, MEIZU_TITLE_LENGTH), VENDOR_TITLE_LENGTH, asVendorsCount),
    body: cutText(body, VENDOR_BODY_LENGTH, asVendorsCount),
  };
  const forVendors = {
    ...shortText,
    ...(uniAppPackage === undefined
      ? { click_type: 'payload', payload }
      : { click_type: 'intent', intent: uniAppIntent(uniAppPackage, shortText, forApp) }),
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
          ups: {
            notification: { ...forVendors, notify_id: String(notifyId) },
            options: optionsOf(chosen, message),
          },
        },
        ios: {
          type: 'notify',
          payload,
          aps: { alert: { title, body }, 'content-available': 0, sound: 'default', ...apsOf(chosen) },
          'apns-collapse-id': overwriteWord(message.overwriteKey),
        },
        harmony: {
          notification: { ...notification, category: harmonyCategoryOf(chosen), notify_id: notifyId },
        },
      },
    },
  };
}

/** HarmonyOS takes nothing without one. */
const harmonyCategoryOf = ({ harmony }: ChosenClasses): string =>
  harmony.category ?? MAKERS.harmony.byDefault.category;

/** Two makers were told a class before there was a setting, and are still. */
function optionsOf(chosen: ChosenClasses, { parcel }: PushMessage): VendorOptions {
  const { huawei, vivo } = MAKERS;
  return vendorOptions(
    {
      ...chosen,
      huawei: { ...huawei.byDefault, ...chosen.huawei },
      vivo: { ...vivo.byDefault, ...chosen.vivo },
    },
    parcel.shown,
  );
}
