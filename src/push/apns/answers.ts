import { readLayer } from '../json-layer';
import type { PushMessage } from '../provider';
import {
  accepted,
  deactivate,
  fail,
  retry,
  retryAmbiguous,
  retryUnclear,
  rows,
  type Ruling,
} from '../ruling';
import type { HttpAnswer } from '../send-request';

/** Our key is for the other environment. Apple documents the first, and sends the second. */
const WRONG_ENVIRONMENT = ['BadEnvironmentKeyIdInToken', 'BadEnvironmentKeyInToken'];

/**
 * What every documented reason of APNs asks for.
 * https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
 */
const BY_REASON = new Map<string, Ruling>([
  ...rows(deactivate('invalid_token'), 'BadDeviceToken'),
  ...rows(deactivate('unregistered'), 'Unregistered', 'ExpiredToken'),
  // The phone has another app of ours, or the topic is wrong for all.
  ...rows(fail('credential_mismatch', 'suspect'), 'DeviceTokenNotForTopic'),
  ...rows(
    fail('provider_config', 'credential'),
    'InvalidProviderToken',
    'MissingProviderToken',
    'UnrelatedKeyIdInToken',
    ...WRONG_ENVIRONMENT,
    'BadCertificate',
    'BadCertificateEnvironment',
    'Forbidden',
  ),
  ...rows(
    fail('provider_config', 'project'),
    'BadTopic',
    'MissingTopic',
    'TopicDisallowed',
    'MethodNotAllowed',
  ),
  ...rows(
    fail('bad_payload'),
    'BadCollapseId',
    'BadExpirationDate',
    'BadMessageId',
    'BadPath',
    'BadPriority',
    'DuplicateHeaders',
    'InvalidPushType',
    'MissingDeviceToken',
    'PayloadEmpty',
    'PayloadTooLarge',
  ),
  // Of this one device; the others go on.
  ...rows(retry('rate_limited', 60), 'TooManyRequests', 'TooManyProviderTokenUpdates'),
  ...rows(retry('timeout', 5), 'IdleTimeout'),
  ...rows(retryAmbiguous('provider_5xx', 10), 'InternalServerError'),
  // Said before anything is done with the message.
  ...rows(retry('provider_5xx', 10), 'ServiceUnavailable', 'Shutdown'),
]);

/** APNs may still say "gone" of a token for which the app has registered again since. */
const REGISTERED_SINCE = retry('registered_since', 60);

export interface ApnsReply {
  readonly reason: string | null;
  /** When APNs knew last that the token was not in use. */
  readonly goneSince: number | null;
}

export function readApnsReply(body: string): ApnsReply {
  const { reason, timestamp } = readLayer(body);
  const goneSince = Number(timestamp ?? NaN);
  return {
    reason: typeof reason === 'string' ? reason : null,
    goneSince: Number.isFinite(goneSince) ? goneSince : null,
  };
}

export const isExpiredToken = ({ reason }: ApnsReply): boolean => reason === 'ExpiredProviderToken';
export const isKeyOfOtherEnvironment = ({ reason }: ApnsReply): boolean =>
  WRONG_ENVIRONMENT.includes(reason ?? '');
/** Maybe: also what says that the token is none. */
export const isOfOtherEnvironment = (reply: ApnsReply): boolean =>
  reply.reason === 'BadDeviceToken' || isKeyOfOtherEnvironment(reply);

/** What an answer asks for, other than a provider token that has run out. */
export function rulingOnReply(
  { reason, goneSince }: ApnsReply,
  { status, body }: HttpAnswer,
  { registeredAt }: Pick<PushMessage, 'registeredAt'>,
): Ruling {
  // APNs says nothing more; what does is not APNs.
  if (status === 200) return body === '' ? accepted('accepted') : retryUnclear('unparseable');
  if (status === 410 && goneSince !== null && goneSince < registeredAt.getTime()) return REGISTERED_SINCE;
  return BY_REASON.get(reason ?? '') ?? rulingOnHttpStatus(status);
}

/** For a reason that is new, or missing. By its reason only is a device given up, and a provider held by one. */
function rulingOnHttpStatus(status: number): Ruling {
  if (status >= 500) return retryAmbiguous('provider_5xx', 10);
  if (status === 429) return retry('rate_limited', 60);
  if (status === 400 || status === 413) return fail('bad_payload');
  if (status === 410) return retry('unknown_code', 60);
  if (status >= 300) return fail('provider_config', 'suspect');
  return retryUnclear('unparseable');
}

export function wordsOf({ reason }: ApnsReply, { status, body }: HttpAnswer): string {
  return reason ?? `HTTP ${status} ${body}`;
}
