import { nameOfFailure, postJson, type HttpAnswer } from './post-json';
import type { PushAnswer, PushMessage, PushProvider } from './provider';
import { retryAfterMs } from './retry-after';
import {
  BROADCAST,
  CONNECTION_LOST,
  TIMEOUT,
  UNKNOWN_CODE,
  UNSENDABLE,
  rulingOnFailure,
  rulingOnHttpStatus,
  rulingOnStatus,
  type Ruling,
} from './uni-cloud-answers';
import { readReply, type Reply } from './uni-cloud-reply';
import { uniCloudRequest, UnsendableError } from './uni-cloud-request';
import { cutText, visibleText } from './visible-text';

const WORDS_LENGTH = 200;

/** Pushes through a uniCloud function with uni-push 2.0: one request for one phone. */
export function createUniCloudProvider({ url }: { readonly url: string }): PushProvider {
  return {
    name: 'unicloud',
    async send(message: PushMessage, signal: AbortSignal): Promise<PushAnswer> {
      try {
        const request = uniCloudRequest(message);
        return classify(await postJson(url, request, signal), request.push_clientid, Date.now());
      } catch (error) {
        if (error instanceof UnsendableError) return answer(UNSENDABLE, `not sent: ${error.message}`);
        return answer(signal.aborted ? TIMEOUT : CONNECTION_LOST, nameOfFailure(error));
      }
    },
  };
}

function classify(http: HttpAnswer, cid: string, now: number): PushAnswer {
  const reply = readReply(http.body, cid);
  return answer(rulingOn(reply, http.status), wordsOf(reply, http), retryAfterMs(http.retryAfter, now));
}

/** Our phone's own status first: neither HTTP 200 nor a wrapper's success says anything about it. */
function rulingOn({ status, broadcast, failure }: Reply, httpStatus: number): Ruling {
  if (status !== null) return rulingOnStatus(status);
  if (broadcast) return BROADCAST;
  const known = failure && rulingOnFailure(failure);
  if (known) return known;
  return failure && httpStatus < 300 ? UNKNOWN_CODE : rulingOnHttpStatus(httpStatus);
}

function wordsOf({ status, failure }: Reply, http: HttpAnswer): string {
  if (status !== null) return status;
  return failure ? [failure.code, ...failure.messages].join(' ') : `HTTP ${http.status} ${http.body}`;
}

function answer(ruling: Ruling, words: string, askedMs = 0): PushAnswer {
  return {
    class: ruling.class,
    reason: ruling.reason,
    words: cutText(visibleText(words), WORDS_LENGTH),
    ...(ruling.retryAfterMs !== undefined && { retryAfterMs: Math.max(ruling.retryAfterMs, askedMs) }),
    definite: ruling.class !== 'accepted' && ruling.ambiguous !== true,
  };
}
