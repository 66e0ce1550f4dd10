import { z } from 'zod';
import { attempt, EndedEarlyError, requiredText } from '../attempt';
import { overwriteWord } from '../ids';
import { payloadOf } from '../payload';
import type { PushMessage, PushProvider } from '../provider';
import { providerKind } from '../provider-kind';
import { fail, retryAfterMs, toAnswer } from '../ruling';
import { list } from '../../config/setting-fields';
import { rulingOn, wordsOf } from './answers';
import { areKeys, createVapid, encryptFor, vapidKeys } from './keys';
import { vapidSubject } from './subject';
import { PrivateAddressError } from '../public-lookup';
import { createGuardedPost, endpointProblem, PUSH_SERVICE_HOSTS, type EndpointRules } from './post';

const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;

const TITLE_LENGTH = 80;
const BODY_LENGTH = 400;
/** Mozilla's limit. */
const LONGEST_TTL_MS = 30 * DAY;

const FORBIDDEN = fail('endpoint_forbidden');

export interface WebPushSettings extends Partial<EndpointRules> {
  /** In base64url; the public key follows from it. */
  readonly vapidPrivateKey: string;
  /** Whom a push service writes to when something is wrong with our pushes: mailto: or https:. */
  readonly subject: string;
}

/** Pushes to browsers (RFC 8030, 8291, 8292): one request for one subscription, whose endpoint is the `cid`. */
export function createWebPushProvider(settings: WebPushSettings): PushProvider {
  const rules = { hosts: settings.hosts ?? PUSH_SERVICE_HOSTS, loopback: settings.loopback ?? false };
  const keys = vapidKeys(settings.vapidPrivateKey);
  const authorizationFor = createVapid(keys, settings.subject);
  const post = createGuardedPost(rules);

  return {
    name: 'webpush',
    send: (message: PushMessage, signal: AbortSignal) =>
      attempt(signal, async () => {
        const endpoint = requiredText('cid', message.cid);
        const problem = endpointProblem(endpoint, rules);
        if (problem !== null) throw new EndedEarlyError(toAnswer(FORBIDDEN, `not sent: ${problem}`));

        const tag = overwriteWord(message.overwriteKey);
        const body = encryptFor(message.subscription, textFor(message, tag));
        const headers = {
          authorization: authorizationFor(new URL(endpoint).origin),
          'content-encoding': 'aes128gcm',
          'content-type': 'application/octet-stream',
          'content-length': String(body.byteLength),
          ttl: String(Math.floor(Math.min(message.timeToLiveMs, LONGEST_TTL_MS) / SECOND)),
          // Lower ones wait for a phone that is charged and in use.
          urgency: 'high',
          topic: tag,
        };
        const http = await post.send(endpoint, headers, body, signal).catch((error: unknown) => {
          if (!(error instanceof PrivateAddressError)) throw error;
          throw new EndedEarlyError(toAnswer(FORBIDDEN, `not sent: ${error.message}`));
        });
        const vapidKey = message.subscription?.vapidKey;
        const madeWithOurKey = vapidKey === undefined ? undefined : vapidKey === keys.publicKey;
        const asked = retryAfterMs(http.retryAfter, Date.now());
        return toAnswer(rulingOn(http, madeWithOurKey), wordsOf(http), asked);
      }),
    close: () => Promise.resolve(post.close()),
  };
}

/** What the service worker gets: it shows the text, and posts receipts about the notification. */
function textFor(message: PushMessage, tag: string): string {
  const { notificationId, ...parcel } = payloadOf(message);
  return JSON.stringify({
    notificationId,
    title: requiredText('title', message.title, TITLE_LENGTH),
    body: requiredText('content', message.content, BODY_LENGTH),
    // showNotification replaces what it shows under the same tag.
    tag,
    ...parcel,
  });
}

/** 32 bytes, of which some libraries leave out a leading zero; less is half of a key. */
const KEY_TEXT = /^[\w-]{41,43}=?$/;

const isVapidKey = (text: string): boolean => {
  try {
    return KEY_TEXT.test(text) && vapidKeys(text).publicKey !== '';
  } catch {
    return false;
  }
};

/** With and without padding it is one key. */
const bytesOf = (key: string): Buffer => Buffer.from(key, 'base64url');

export const webpush = providerKind({
  name: 'webpush',
  settings: {
    VAPID_PRIVATE_KEY: z
      .string()
      .refine(isVapidKey, 'must be a private key of P-256 in base64url')
      .optional(),
    VAPID_SUBJECT: vapidSubject.optional(),
    WEBPUSH_HOSTS: list.default([...PUSH_SERVICE_HOSTS]),
    WEBPUSH_LOOPBACK: z.literal('allow').optional(),
  },
  neededTogether: ['VAPID_PRIVATE_KEY', 'VAPID_SUBJECT'],
  deviceProblem({ cid, subscription }, settings) {
    const { WEBPUSH_HOSTS: hosts, WEBPUSH_LOOPBACK, VAPID_PRIVATE_KEY: privateKey } = settings;
    const words = endpointProblem(cid, { hosts, loopback: WEBPUSH_LOOPBACK === 'allow' });
    if (words !== null) return { field: 'cid', words };
    if (!areKeys(subscription))
      return { field: 'subscription', words: 'needs p256dh and auth of the browser' };
    // Its push service would answer 403 to each push, as if our key were wrong for everybody.
    const { vapidKey } = subscription;
    const fits =
      privateKey === undefined ||
      vapidKey === undefined ||
      bytesOf(vapidKey).equals(bytesOf(vapidKeys(privateKey).publicKey));
    return fits
      ? null
      : { field: 'subscription', words: 'was made with another vapid_key than ours: subscribe again' };
  },
  contradictions: ({ NODE_ENV, WEBPUSH_LOOPBACK }) =>
    NODE_ENV === 'production' && WEBPUSH_LOOPBACK !== undefined
      ? ['WEBPUSH_LOOPBACK: is for tests; not with NODE_ENV=production']
      : [],
  create: (settings) =>
    createWebPushProvider({
      vapidPrivateKey: settings.VAPID_PRIVATE_KEY,
      subject: settings.VAPID_SUBJECT,
      hosts: settings.WEBPUSH_HOSTS,
      loopback: settings.WEBPUSH_LOOPBACK === 'allow',
    }),
});
