import { isLayer, readLayer } from '../json-layer';
import { fail, retry, retryAmbiguous, retryUnclear, UNKNOWN_CODE, type Ruling } from '../ruling';
import type { HttpAnswer } from '../send-request';
import { BAD_PARAMETER, BY_CODE, BY_STATUS, DEAD_CID, DEAD_CID_WORDS } from './rulings';

/** `{code, msg, data}`: the form of every answer. */
export interface GetuiReply {
  /** `null` when the answer is none of GeTui's. */
  readonly code: number | null;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export const TOKEN_INVALID = 10001;
export const HOST_MOVED = 301;
/** Below it, a code is an HTTP status, whatever status the answer itself has. */
const HIGHEST_STATUS = 600;

export function readGetuiReply(body: string): GetuiReply {
  const { code, msg, data } = readLayer(body);
  return {
    code: /^\d{1,6}$/.test(String(code)) ? Number(code) : null,
    message: typeof msg === 'string' ? msg : '',
    data: isLayer(data) ? data : {},
  };
}

/** What `{<task>: {<cid>: <status>}}` says of our phone. */
export function targetOf({ data }: GetuiReply, cid: string): { taskId: string; status: string } | null {
  for (const [taskId, phones] of Object.entries(data)) {
    const status = isLayer(phones) && Object.hasOwn(phones, cid) ? phones[cid] : null;
    if (typeof status === 'string') return { taskId, status };
  }
  return null;
}

/** What the answer to a push asks for; whether a refused token is worth a new one is the caller's to judge. */
export function rulingOnReply(reply: GetuiReply, status: string | undefined, httpStatus: number): Ruling {
  if (status !== undefined) return BY_STATUS.get(status) ?? retryUnclear('unknown_status');
  if (reply.code === null) return rulingOnHttpStatus(httpStatus);
  if (reply.code === 0) return retryUnclear('no_target_status');
  const code = String(reply.code);
  if (code === BAD_PARAMETER && reply.message === DEAD_CID_WORDS) return DEAD_CID;
  // The host is another from now on, and the next try goes there.
  if (reply.code === HOST_MOVED) return retry('host_moved', 0);
  return BY_CODE.get(code) ?? rulingOnUnknownCode(reply.code, httpStatus);
}

/** Limits come with 401 and 403 too: a code that is new is no proof against our keys. */
function rulingOnUnknownCode(code: number, httpStatus: number): Ruling {
  const status = code < HIGHEST_STATUS ? code : httpStatus;
  return status < 300 || status === 401 || status === 403 ? UNKNOWN_CODE : rulingOnHttpStatus(status);
}

/** For what is no answer of GeTui: something before it may refuse one request of many. */
function rulingOnHttpStatus(status: number): Ruling {
  if (status >= 500) return retryAmbiguous('provider_5xx', 10);
  if (status === 429) return retry('rate_limited', 60);
  if (status === 408) return retryAmbiguous('timeout', 10);
  if (status === 400 || status === 413) return fail('bad_payload');
  if (status >= 300) return fail('provider_config', 'suspect');
  return retryUnclear('unparseable');
}

export function wordsOf(reply: GetuiReply, http: HttpAnswer): string {
  return reply.code === null ? `HTTP ${http.status} ${http.body}` : `${reply.code} ${reply.message}`;
}
