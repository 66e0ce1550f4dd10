import { createPrivateKey } from 'node:crypto';
import { sign } from 'jsonwebtoken';
import { z } from 'zod';
import { EndedEarlyError } from '../attempt';
import { readLayer } from '../json-layer';
import { fail, retry, retryAfterMs, toAnswer, type Ruling } from '../ruling';
import { sendRequest } from '../send-request';
import { httpUrl } from '../../config/setting-fields';
import type { IssuedToken } from '../shared-token';

const SECOND = 1_000;
/** The longest that Google takes. */
const ASSERTION_LIFE_SECONDS = 3_600;
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/** The file that the Firebase console gives for a service account. */
export const serviceAccount = z.object({
  project_id: z.string().min(1),
  private_key_id: z.string().optional(),
  private_key: z.string().refine(isRsaKey, 'must be a private RSA key in PEM'),
  client_email: z.string().min(1),
  token_uri: httpUrl.default('https://oauth2.googleapis.com/token'),
});
export type ServiceAccount = z.output<typeof serviceAccount>;

/**
 * Trades a signed assertion for an access token: https://developers.google.com/identity/protocols/oauth2/service-account
 * @throws {EndedEarlyError} when Google refuses.
 */
export async function issueAccessToken(account: ServiceAccount, signal: AbortSignal): Promise<IssuedToken> {
  const assertion = sign({ scope: SCOPE }, account.private_key, {
    algorithm: 'RS256',
    issuer: account.client_email,
    audience: account.token_uri,
    expiresIn: ASSERTION_LIFE_SECONDS,
    ...(account.private_key_id && { keyid: account.private_key_id }),
  });
  const askedAt = Date.now();
  const http = await sendRequest(
    account.token_uri,
    {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: GRANT, assertion }).toString(),
    },
    signal,
  );
  const { access_token: value, expires_in: seconds, error } = readLayer(http.body);
  if (http.status === 200 && typeof value === 'string') {
    return { value, expiresAt: askedAt + (Number(seconds) || ASSERTION_LIFE_SECONDS) * SECOND };
  }
  const words = `token: HTTP ${http.status} ${typeof error === 'string' ? error : ''}`;
  throw new EndedEarlyError(
    toAnswer(rulingOn(http.status, error), words, retryAfterMs(http.retryAfter, Date.now())),
  );
}

/** `invalid_grant` comes with 400: the account or its key is gone, or our clock is wrong. */
function rulingOn(status: number, error: unknown): Ruling {
  if (status === 429) return retry('rate_limited', 60);
  // What does not name its error is not Google's.
  if (status >= 500 || status === 408 || status < 300 || typeof error !== 'string')
    return retry('token_unavailable', 10);
  return fail('provider_config', 'credential');
}
