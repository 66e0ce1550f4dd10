import { createHash } from 'node:crypto';
import { overwriteWord } from '../ids';
import { chooseClasses, type MessageClasses } from '../classes/message-classes';
import { apsOf } from '../classes/vendor-options';
import { payloadOf } from '../payload';
import type { PushMessage } from '../provider';
import { requiredText } from '../attempt';

const SECOND = 1_000;
/** APNs takes 4,096 bytes in all; these and their quotes stay under 2,500. */
const TITLE_LENGTH = 80;
const BODY_LENGTH = 400;

/** Of UUIDs that are made from our request ids. */
const NAMESPACE = Buffer.from('6f0d7c5e4b2a4c1f9d3e8a7b6c5d4e3f', 'hex');

export interface ApnsRequest {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 * @throws {UnsendableError}
 */
export function apnsRequest(
  message: PushMessage,
  { topic, classes }: { readonly topic: string; readonly classes?: MessageClasses | undefined },
  now: number,
): ApnsRequest {
  const token = requiredText('cid', message.cid);
  const alert = {
    title: requiredText('title', message.title, TITLE_LENGTH),
    body: requiredText('content', message.content, BODY_LENGTH),
  };
  const id = uuidOf(message.requestId);
  const chosen = chooseClasses(classes, { appid: message.appid, status: message.parcel.status });
  return {
    id,
    headers: {
      ':path': `/3/device/${encodeURIComponent(token)}`,
      // APNs names the notification by it and, as far as is documented, does not drop a repeated one.
      'apns-id': id,
      'apns-topic': topic,
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-expiration': String(Math.floor((now + message.timeToLiveMs) / SECOND)),
      'apns-collapse-id': overwriteWord(message.overwriteKey),
    },
    body: JSON.stringify({ aps: { alert, sound: 'default', ...apsOf(chosen) }, ...payloadOf(message) }),
  };
}

/** A version 5 UUID (RFC 9562): the same push has the same one after any crash. */
function uuidOf(requestId: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(requestId).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
