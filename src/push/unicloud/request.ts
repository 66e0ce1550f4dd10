import { requiredText, UnsendableError } from '../attempt';
import { chooseClasses, type ChosenClasses, type MessageClasses } from '../classes/message-classes';
import { MAKERS } from '../classes/makers';
import { apsOf, vendorOptions, type VendorOptions } from '../classes/vendor-options';
import { PAYLOAD_BYTES, payloadOf, type PushPayload } from '../payload';
import type { PushMessage } from '../provider';

const HOUR = 60 * 60_000;

/** uni-push asks for less than 20 and less than 50 characters. */
const TITLE_LENGTH = 19;
const CONTENT_LENGTH = 49;
/** uni-push stores a message that long at most. */
const LONGEST_TTL_MS = 72 * HOUR;
/** What the function hands to uni-push 2.0's `sendMessage`. */
export interface UniCloudRequest {
  readonly push_clientid: string;
  readonly appid: string;
  readonly title: string;
  readonly content: string;
  /** An object: as a string, vendor channels lose it. */
  readonly payload: PushPayload;
  readonly force_notification: true;
  readonly request_id: string;
  /** The makers that uni-push has a field for; one that is left out gets no class. */
  readonly category: Readonly<Partial<Record<'harmony' | 'huawei' | 'vivo', string>>>;
  readonly settings: { readonly ttl: number };
  readonly options?: { readonly android?: VendorOptions; readonly ios?: object };
}

/** @throws {UnsendableError} */
export function uniCloudRequest(message: PushMessage, classes?: MessageClasses): UniCloudRequest {
  const payload = payloadOf(message);
  if (JSON.stringify(payload).length > PAYLOAD_BYTES) throw new UnsendableError('payload is too long');
  const chosen = chooseClasses(classes, { appid: message.appid, status: message.parcel.status });
  const title = requiredText('title', message.title, TITLE_LENGTH);
  const content = requiredText('content', message.content, CONTENT_LENGTH);
  return {
    push_clientid: requiredText('cid', message.cid),
    appid: message.appid,
    title,
    content,
    payload,
    // Without it an app in the foreground gets an event and the phone shows nothing.
    force_notification: true,
    request_id: message.requestId,
    category: categoryOf(chosen),
    settings: { ttl: Math.min(message.timeToLiveMs, LONGEST_TTL_MS) },
    ...optionsOf(chosen, message, { title, body: content }),
  };
}

function categoryOf({ harmony, huawei, vivo }: ChosenClasses): UniCloudRequest['category'] {
  const said = {
    harmony: harmony.category ?? MAKERS.harmony.byDefault.category,
    huawei: huawei.category === undefined ? MAKERS.huawei.byDefault.category : huawei.category,
    vivo: vivo.category === undefined ? MAKERS.vivo.byDefault.category : vivo.category,
  };
  return Object.fromEntries(Object.entries(said).filter(([, category]) => category !== null));
}

/** What the makers are told beside their category: https://doc.dcloud.net.cn/uniCloud/uni-cloud-push/options */
function optionsOf(
  chosen: ChosenClasses,
  { parcel }: PushMessage,
  alert: { readonly title: string; readonly body: string },
): Pick<UniCloudRequest, 'options'> {
  // Theirs stands in `category`.
  const huawei = { ...chosen.huawei, category: undefined };
  const vivo = { ...chosen.vivo, category: undefined };
  const android = vendorOptions({ ...chosen, huawei, vivo }, parcel.shown);
  const aps = apsOf(chosen);
  const options = {
    ...(Object.keys(android).length > 0 && { android }),
    // Whole: no page says whether uni-push adds its own alert to ours.
    ...(Object.keys(aps).length > 0 && { ios: { aps: { alert, sound: 'default', ...aps } } }),
  };
  return Object.keys(options).length > 0 ? { options } : {};
}
