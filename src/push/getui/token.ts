import { createHash } from 'node:crypto';
import { EndedEarlyError } from '../attempt';
import { fail, retry, retryAfterMs, toAnswer, UNKNOWN_CODE, type Ruling } from '../ruling';
import { sendJson } from '../send-request';
import type { IssuedToken } from '../shared-token';
import { readGetuiReply, rulingOnReply, wordsOf } from './reply';

const HOUR = 60 * 60_000;
/** What a token gets whose answer does not say. */
const TOKEN_LIFE_MS = 24 * HOUR;

export interface GetuiKeys {
  readonly appId: string;
  readonly appKey: string;
  readonly masterSecret: string;
}

/**
 * Asks for a token: https://docs.getui.com/getui/server/rest_v2/token/
 * @throws {EndedEarlyError} when GeTui refuses.
 */
export async function issueGetuiToken(
  url: string,
  { appKey, masterSecret }: GetuiKeys,
  signal: AbortSignal,
): Promise<IssuedToken> {
  const timestamp = String(Date.now());
  const sign = createHash('sha256')
    .update(appKey + timestamp + masterSecret)
    .digest('hex');
  const http = await sendJson(url, { sign, timestamp, appkey: appKey }, signal);
  const reply = readGetuiReply(http.body);
  const { token, expire_time: end } = reply.data;
  if (reply.code === 0 && typeof token === 'string') {
    return { value: token, expiresAt: Number(end) || Date.now() + TOKEN_LIFE_MS };
  }
  const words = `auth: ${wordsOf(reply, http)}`;
  const asked = retryAfterMs(http.retryAfter, Date.now());
  throw new EndedEarlyError(
    toAnswer(
      reply.code === null ? NOT_GETUI : withoutPush(rulingOnReply(reply, undefined, http.status)),
      words,
      asked,
    ),
  );
}

/** Whatever answers in its place says nothing of our keys. */
const NOT_GETUI = retry('token_unavailable', 10);

/** No push was sent, so none was taken; and what is wrong with the request here are our keys. */
function withoutPush(ruling: Ruling): Ruling {
  const { class: found, reason, retryAfterMs: wait } = ruling;
  return found === 'retry' && ruling !== UNKNOWN_CODE
    ? { class: found, reason, retryAfterMs: wait }
    : fail('provider_config', 'credential');
}
