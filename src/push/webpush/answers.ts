import { readLayer } from '../json-layer';
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
import type { EndpointAnswer } from './post';

/**
 * What the push services answer. The statuses are those of RFC 8030; Mozilla adds an `errno`, Apple a `reason`,
 * Windows a header.
 * https://mozilla-push-service.readthedocs.io/en/latest/http.html#error-codes,
 * https://learn.microsoft.com/en-us/windows/apps/design/shell/tiles-and-notifications/push-request-response-headers
 */

/** A browser made up the endpoint or we made up the keys: one refused device is not enough to tell. */
const REFUSED = fail('provider_config', 'suspect');
const OTHER_VAPID_KEY = deactivate('vapid_mismatch');

const BY_STATUS = new Map<number, Ruling>([
  ...rows(accepted('accepted'), 201, 202, 204),
  ...rows(fail('bad_payload'), 400, 413, 415),
  ...rows(REFUSED, 401, 403),
  ...rows(deactivate('unregistered'), 404, 410),
  // Windows says 406 for too many requests.
  ...rows(retry('rate_limited', 60), 406, 429),
  ...rows(retryAmbiguous('timeout', 10), 408),
]);

/** Mozilla's, of answers whose status is 503. */
const BY_ERRNO = new Map<unknown, Ruling>([
  [201, retryAmbiguous('provider_5xx', 10)],
  [202, retryAmbiguous('provider_5xx', 0)],
]);

/** Apple's. */
const BY_REASON = new Map<unknown, Ruling>([
  ...rows<unknown>(REFUSED, 'BadJwtToken', 'ExpiredJwtToken', 'BadAuthorizationHeader'),
]);

/** Windows's, of messages that it dropped although the status says that it took them. */
const BY_WINDOWS_WORD = new Map<string | null, Ruling>([
  ...rows<string | null>(retry('rate_limited', 60), 'channelthrottled'),
  ...rows<string | null>(fail('dropped'), 'dropped'),
]);

/** Signs that the subscription was made with another key than ours: Apple's reason, Google's sentence. */
const MISMATCH_REASON = 'VapidPkHashMismatch';
const MISMATCH_WORDS = 'do not correspond to the credentials used to create the subscription';
/** Mozilla's code for any key or token that does not fit. */
const MISMATCH_ERRNO = 109;

/** @param madeWithOurKey `undefined` when the registration did not say which key it was made with. */
export function rulingOn(
  { status, body, windowsWord }: EndpointAnswer,
  madeWithOurKey: boolean | undefined,
): Ruling {
  const dropped = status < 300 ? BY_WINDOWS_WORD.get(windowsWord) : undefined;
  if (dropped) return dropped;
  const { errno, reason } = readLayer(body);
  const isMismatch = reason === MISMATCH_REASON || (status === 403 && body.includes(MISMATCH_WORDS));
  const isRefusal = isMismatch || (status === 401 && errno === MISMATCH_ERRNO);
  // Otherwise the key is our mistake, and every device would be given up for it.
  if (isRefusal && madeWithOurKey === false) return OTHER_VAPID_KEY;
  if (isMismatch) return REFUSED;
  // Some push services say 200 and nothing more; what says more is none.
  if (status === 200) return body === '' ? accepted('accepted') : retryUnclear('unparseable');
  return (
    BY_REASON.get(reason) ?? (status === 503 ? BY_ERRNO.get(errno) : undefined) ?? rulingOnStatus(status)
  );
}

function rulingOnStatus(status: number): Ruling {
  if (status >= 500) return retryAmbiguous('provider_5xx', 10);
  return BY_STATUS.get(status) ?? fail('provider_config', 'suspect');
}

export function wordsOf({ status, body, windowsWord }: EndpointAnswer): string {
  const { errno, reason, error, message } = readLayer(body);
  const words = [errno, reason, error, message, windowsWord].filter(
    (word) => typeof word === 'string' || typeof word === 'number',
  );
  return words.length > 0 ? `HTTP ${status} ${words.join(' ')}` : `HTTP ${status} ${body}`;
}
