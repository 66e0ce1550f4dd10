import {
  BAD_PARAMETER,
  BY_CODE as GETUI_BY_CODE,
  BY_STATUS,
  DEAD_CID,
  DEAD_CID_WORDS,
} from '../getui/rulings';
import { fail, retry, retryAmbiguous, retryUnclear, rows, UNKNOWN_CODE, type Ruling } from '../ruling';
import type { Failure, Reply } from './reply';

/**
 * What every documented word of uniCloud and uni-push asks for.
 * https://doc.dcloud.net.cn/uniCloud/uni-cloud-push/api (statuses, errCode),
 * https://doc.dcloud.net.cn/uniCloud/system-error.html (the platform, on Alibaba Cloud) and
 * https://docs.cloudbase.net/http-api/functions/, https://www.tencentcloud.com/document/product/583/35311 (on Tencent).
 */

/** The function ran, and may have pushed: what it wanted to answer is lost. */
const ANSWER_LOST = retryAmbiguous('function_error', 10);
/** The function threw: at our secret, or at this one message. */
const THREW = fail('provider_config', 'suspect');
const WRONG_ADDRESS = fail('provider_config', 'project');
/** No function answers in HTML. Something before it does, once or for good, and has pushed nothing. */
const NOT_A_FUNCTION: Ruling = { ...retry('not_a_function', 10), unclear: true };
const REFUSED_BEFORE_IT = fail('provider_config', 'suspect');
const TIMED_OUT = retryAmbiguous('timeout', 10);
const CROWDED = retry('rate_limited', 5);

/** `uni-cloud-push-error-<n>` stands here as `<n>`; `Throttling` stands for `Throttling.Api.Concurrency` too. */
const BY_CODE = new Map<string, Ruling>([
  ...GETUI_BY_CODE,
  // The token of the push service lives in the service space: a later call refreshes it.
  ...rows(retry('provider_auth_refresh', 5), '10001'),
  ...rows(DEAD_CID, 'uni-push-user-invalid'),

  // uni-cloud-s2s: its own settings in the space are wrong, or our code or signature is.
  ...rows(fail('provider_config', 'credential'), '50000', '51000'),

  // The platform itself, on Alibaba Cloud. Throttling comes as HTTP 400, and so does all that is about the domain.
  ...rows(CROWDED, 'Throttling', 'FunctionResourceExhausted'),
  ...rows(TIMED_OUT, 'RequestTimeout'),
  ...rows(retryAmbiguous('provider_5xx', 10), 'InternalError', 'InternalServerError'),
  ...rows(retryAmbiguous('function_error', 5), 'FunctionServerError'),
  ...rows(ANSWER_LOST, 'InternalBizError', 'InvalidComposedResponseBody', 'ResponseContentLength'),
  ...rows(fail('bad_payload'), 'InvalidBody', 'RequestContentLength'),
  ...rows(fail('provider_config', 'credential'), 'SignatureNotMatch'),
  ...rows(THREW, 'FunctionBizError'),
  ...rows(
    WRONG_ADDRESS,
    'InvalidSpaceId',
    'InvalidSpace',
    'InvalidCustomDomain',
    'HttpCustomDomainCnameNotAllowed',
    'ClientIpNotAllowed',
  ),
  ...rows(fail('provider_config', 'quota'), 'PrePayResourceExhausted'),

  // On Tencent Cloud.
  ...rows(CROWDED, 'FUNCTION_EXCEED_RESOURCE_LIMIT'),
  ...rows(TIMED_OUT, 'FUNCTION_TIME_LIMIT_EXCEEDED'),
  ...rows(ANSWER_LOST, 'FUNCTION_MEMORY_LIMIT_EXCEEDED'),
  ...rows(THREW, 'FUNCTION_INVOCATION_FAILED'),
  ...rows(WRONG_ADDRESS, 'FUNCTION_NOT_FOUND', 'FUNCTION_QUALIFIER_NOT_FOUND', 'FUNCTION_STATUS_ABNORMAL'),

  // The code that a function's own wrapper gives, in the manner of HTTP.
  ...rows(fail('bad_payload'), '400', '413'),
  ...rows(fail('provider_config', 'credential'), '401', '403'),
  ...rows(fail('provider_config', 'project'), '404'),
  ...rows(retry('rate_limited', 60), '429'),
  ...rows(retryAmbiguous('function_caught_error', 5), '500', '502', '503', '504'),
]);

/** Where the function threw, its words are all there is. What is not listed needs the function's owner. */
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
export function rulingOnReply({ status, broadcast, failure, isHtml }: Reply, httpStatus: number): Ruling {
  if (status !== null) return BY_STATUS.get(status) ?? retryUnclear('unknown_status');
  if (broadcast) return BROADCAST;
  const known = failure && rulingOnFailure(failure);
  if (known) return known;
  if (isHtml) return rulingOnHtml(httpStatus);
  return failure && httpStatus < 300 ? UNKNOWN_CODE : rulingOnHttpStatus(httpStatus);
}

/** `null` for a code that is not in the tables. */
function rulingOnFailure({ code, messages }: Failure): Ruling | null {
  const name = code.replace(/^uni-cloud-push-error-/, '');
  // Also from a wrapper with a code of its own; but not against a code that says something else.
  const isOpen = name === BAD_PARAMETER || !GETUI_BY_CODE.has(name);
  if (isOpen && messages.includes(DEAD_CID_WORDS)) return DEAD_CID;
  if (code === 'FunctionBizError') {
    const threw = FUNCTION_THREW.find(([pattern]) => messages.some((message) => pattern.test(message)));
    if (threw !== undefined) return threw[1];
  }
  return BY_CODE.get(name) ?? BY_CODE.get(name.split('.', 1)[0] ?? name) ?? null;
}

const BY_HTTP_STATUS = new Map<number, Ruling>([
  ...rows(fail('bad_payload'), 400, 413, 415, 422),
  ...rows(fail('provider_config', 'credential'), 401, 403),
  ...rows(TIMED_OUT, 408),
  ...rows(retry('rate_limited', 60), 429),
  // Tencent's own, of functions: threw, too many at once, out of time, out of memory.
  ...rows(THREW, 430),
  ...rows(CROWDED, 432),
  ...rows(TIMED_OUT, 433),
  ...rows(ANSWER_LOST, 434),
]);

/** For an answer that says nothing about our phone. Redirects are never followed: the URL is wrong. */
function rulingOnHttpStatus(status: number): Ruling {
  if (status >= 500) return retryAmbiguous('provider_5xx', 10);
  if (status < 300) return retryUnclear('no_target_status');
  return BY_HTTP_STATUS.get(status) ?? WRONG_ADDRESS;
}

/** A page of a gateway, which may say the same to one request of many. */
function rulingOnHtml(status: number): Ruling {
  if (status < 300) return NOT_A_FUNCTION;
  const ruling = rulingOnHttpStatus(status);
  return ruling.hold === undefined ? ruling : REFUSED_BEFORE_IT;
}
