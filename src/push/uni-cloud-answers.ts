import type { PushClass } from './provider';
import type { Failure } from './uni-cloud-reply';

/**
 * What every documented word of uniCloud and uni-push asks for.
 * https://doc.dcloud.net.cn/uniCloud/uni-cloud-push/api (statuses, errCode) and
 * https://doc.dcloud.net.cn/uniCloud/system-error.html (codes of the platform).
 */

const SECOND = 1_000;

/** What to do about an answer. */
export interface Ruling {
  readonly class: PushClass;
  readonly reason: string;
  readonly retryAfterMs?: number;
  /** The message may have been taken all the same. */
  readonly ambiguous?: true;
}

const fail = (reason: string): Ruling => ({ class: 'fail', reason });
const deactivate = (reason: string): Ruling => ({ class: 'deactivate', reason });
const retry = (reason: string, seconds: number): Ruling => ({
  class: 'retry',
  reason,
  retryAfterMs: seconds * SECOND,
});
const retryAmbiguous = (reason: string, seconds: number): Ruling => ({
  ...retry(reason, seconds),
  ambiguous: true,
});

/** The word for one phone. There is none for "failed": failures are codes. */
const BY_STATUS = new Map<string, Ruling>([
  // Handed to the running app, or stored and given to the phone's vendor. Neither says that it was shown.
  ['successed_online', { class: 'accepted', reason: 'online' }],
  ['successed_offline', { class: 'accepted', reason: 'offline_or_vendor' }],
  // Not sent: the app was not opened for 90 days. Registering again revives the device.
  ['successed_ignore', deactivate('inactive_90d')],
]);

const rows = (ruling: Ruling, ...codes: readonly string[]): [string, Ruling][] =>
  codes.map((code) => [code, ruling]);

/** `uni-cloud-push-error-<n>` stands here as `<n>`; `Throttling` stands for `Throttling.Api.Concurrency` too. */
const BY_CODE = new Map<string, Ruling>([
  ...rows(deactivate('invalid_cid'), 'uni-push-user-invalid'),
  ...rows(retry('provider_busy', 5), '2'),
  // The token of the push service lives in the service space: a later call refreshes it.
  ...rows(retry('provider_auth_refresh', 5), '10001'),
  ...rows(fail('provider_config'), '10002', '10004'),
  ...rows(retry('rate_limited', 60), '10003', '10005', '30012', '30013', '30014', '30015', '30018'),
  ...rows(fail('bad_payload'), '20001', '22001', '22002', '23001'),
  ...rows(fail('not_in_package'), '30000', '30001', '30002', '30003', '30005', '30016', '30017'),
  ...rows(fail('daily_quota'), '30004', '30006', '30007', '30008', '30009', '30010', '30011'),
  ...rows(retry('provider_busy', 10), '30019'),

  // The platform itself. Throttling comes as HTTP 400.
  ...rows(retry('rate_limited', 5), 'Throttling', 'FunctionResourceExhausted'),
  ...rows(retryAmbiguous('timeout', 10), 'RequestTimeout'),
  ...rows(retryAmbiguous('provider_5xx', 10), 'InternalError'),
  ...rows(retryAmbiguous('function_error', 5), 'FunctionServerError'),
  ...rows(fail('bad_payload'), 'InvalidBody'),
  ...rows(
    fail('provider_config'),
    'FunctionBizError',
    'SignatureNotMatch',
    'InvalidSpaceId',
    'PrePayResourceExhausted',
  ),

  // The code that a function's own wrapper gives, in the manner of HTTP.
  ...rows(fail('bad_payload'), '400', '413'),
  ...rows(fail('provider_config'), '401', '403', '404'),
  ...rows(retry('rate_limited', 60), '429'),
  ...rows(retryAmbiguous('function_caught_error', 5), '500', '502', '503', '504'),
]);

/** The function threw: its words are all there is. What is not listed needs the function's owner. */
const FUNCTION_THREW: readonly (readonly [RegExp, Ruling])[] = [
  // A code of the platform's database inside the text: `InternalBizError:mongo_cell_decision_not_found`.
  [/^InternalBizError:/, retryAmbiguous('function_error', 10)],
  // JSON.parse refused our body: sent form-encoded, or decoded twice.
  [/\bJSON\b/, fail('bad_payload')],
];

/** DCloud's own discriminator between a dead cid and a bad parameter, both 20001. */
const DEAD_CID = 'target user is invalid';

export function rulingOnStatus(status: string): Ruling {
  return BY_STATUS.get(status) ?? retryAmbiguous('unknown_status', 10);
}

/** `null` for a code that is not in the tables. */
export function rulingOnFailure({ code, messages }: Failure): Ruling | null {
  if (messages.includes(DEAD_CID)) return deactivate('invalid_cid');
  if (code === 'FunctionBizError') {
    const threw = FUNCTION_THREW.find(([pattern]) => messages.some((message) => pattern.test(message)));
    if (threw !== undefined) return threw[1];
  }
  const name = code.replace(/^uni-cloud-push-error-/, '');
  return BY_CODE.get(name) ?? BY_CODE.get(name.split('.', 1)[0] ?? name) ?? null;
}

/** For an answer that says nothing about our phone. Redirects are never followed: the URL is wrong. */
export function rulingOnHttpStatus(status: number): Ruling {
  if (status >= 500) return retryAmbiguous('provider_5xx', 10);
  if (status === 429) return retry('rate_limited', 60);
  if (status === 408) return retryAmbiguous('timeout', 10);
  if (status === 400 || status === 413 || status === 415 || status === 422) return fail('bad_payload');
  if (status >= 300) return fail('provider_config');
  return retryAmbiguous('no_target_status', 10);
}

/** Trying again heals a passing one, and the push's own time limit ends a lasting one. */
export const UNKNOWN_CODE = retry('unknown_code', 60);
/** Without any target uni-push sends to every phone that ever opened the app, and answers in this shape. */
export const BROADCAST: Ruling = { ...fail('broadcast'), ambiguous: true };
export const TIMEOUT = retryAmbiguous('timeout', 10);
export const CONNECTION_LOST = retryAmbiguous('connection_lost', 5);
/** Not sent at all. */
export const UNSENDABLE = fail('bad_payload');
