import { BY_CODE as GETUI_BY_CODE, BY_STATUS, DEAD_CID, DEAD_CID_WORDS } from '../getui/rulings';
import { fail, retry, retryAmbiguous, rows, UNKNOWN_CODE, type Ruling } from '../ruling';
import type { Failure, Reply } from './reply';

/**
 * What every documented word of uniCloud and uni-push asks for.
 * https://doc.dcloud.net.cn/uniCloud/uni-cloud-push/api (statuses, errCode) and
 * https://doc.dcloud.net.cn/uniCloud/system-error.html (codes of the platform).
 */

/** `uni-cloud-push-error-<n>` stands here as `<n>`; `Throttling` stands for `Throttling.Api.Concurrency` too. */
const BY_CODE = new Map<string, Ruling>([
  ...GETUI_BY_CODE,
  // The token of the push service lives in the service space: a later call refreshes it.
  ...rows(retry('provider_auth_refresh', 5), '10001'),
  ...rows(DEAD_CID, 'uni-push-user-invalid'),

  // uni-cloud-s2s: its own settings in the space are wrong, or our code or signature is.
  ...rows(fail('provider_config', 'credential'), '50000', '51000'),

  // The platform itself. Throttling comes as HTTP 400.
  ...rows(retry('rate_limited', 5), 'Throttling', 'FunctionResourceExhausted'),
  ...rows(retryAmbiguous('timeout', 10), 'RequestTimeout'),
  ...rows(retryAmbiguous('provider_5xx', 10), 'InternalError'),
  ...rows(retryAmbiguous('function_error', 5), 'FunctionServerError'),
  ...rows(fail('bad_payload'), 'InvalidBody'),
  ...rows(fail('provider_config', 'credential'), 'SignatureNotMatch'),
  // The function threw: at our secret, or at this one message.
  ...rows(fail('provider_config', 'suspect'), 'FunctionBizError'),
  ...rows(fail('provider_config', 'project'), 'InvalidSpaceId'),
  ...rows(fail('provider_config', 'quota'), 'PrePayResourceExhausted'),

  // The code that a function's own wrapper gives, in the manner of HTTP.
  ...rows(fail('bad_payload'), '400', '413'),
  ...rows(fail('provider_config', 'credential'), '401', '403'),
  ...rows(fail('provider_config', 'project'), '404'),
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

/**
 * Without any target uni-push sends to every phone that ever opened the app, and answers in this shape. The
 * function loses our target, so the next push would do it again.
 */
const BROADCAST: Ruling = { ...fail('broadcast', 'project'), ambiguous: true };

/** Our phone's own status first: neither HTTP 200 nor a wrapper's success says anything about it. */
export function rulingOnReply({ status, broadcast, failure }: Reply, httpStatus: number): Ruling {
  if (status !== null) return BY_STATUS.get(status) ?? retryAmbiguous('unknown_status', 10);
  if (broadcast) return BROADCAST;
  const known = failure && rulingOnFailure(failure);
  if (known) return known;
  return failure && httpStatus < 300 ? UNKNOWN_CODE : rulingOnHttpStatus(httpStatus);
}

/** `null` for a code that is not in the tables. */
function rulingOnFailure({ code, messages }: Failure): Ruling | null {
  if (messages.includes(DEAD_CID_WORDS)) return DEAD_CID;
  if (code === 'FunctionBizError') {
    const threw = FUNCTION_THREW.find(([pattern]) => messages.some((message) => pattern.test(message)));
    if (threw !== undefined) return threw[1];
  }
  const name = code.replace(/^uni-cloud-push-error-/, '');
  return BY_CODE.get(name) ?? BY_CODE.get(name.split('.', 1)[0] ?? name) ?? null;
}

/** For an answer that says nothing about our phone. Redirects are never followed: the URL is wrong. */
function rulingOnHttpStatus(status: number): Ruling {
  if (status >= 500) return retryAmbiguous('provider_5xx', 10);
  if (status === 429) return retry('rate_limited', 60);
  if (status === 408) return retryAmbiguous('timeout', 10);
  if (status === 400 || status === 413 || status === 415 || status === 422) return fail('bad_payload');
  if (status === 401 || status === 403) return fail('provider_config', 'credential');
  if (status >= 300) return fail('provider_config', 'project');
  return retryAmbiguous('no_target_status', 10);
}
