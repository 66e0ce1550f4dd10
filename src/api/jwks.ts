import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';

/** Supabase's own answer is cached for so long on its way here; milliseconds. */
const FRESH_MS = 10 * 60_000;
/** How often the keys are asked for at most, whatever key tokens name and whatever the answer was; milliseconds. */
const PAUSE_MS = 30_000;
const TIMEOUT_MS = 3_000;
/** Some dozens of RSA keys with their certificates. */
const MAX_BYTES = 64 * 1024;

/** Thrown while no key was ever seen. */
export class JwksAwayError extends Error {
  override readonly name = 'JwksAwayError';
}

/** Finds the key that a token names. */
export type FindKey = JWTVerifyGetKey;

interface JwksParts {
  readonly log: Logger;
  readonly clock?: () => number;
}

/**
 * The public keys at a URL. They are asked for anew when they are ten minutes old, or when a token names one that is
 * not among them; while nobody answers, those that were seen last go on.
 */
export function openJwks(url: string, { log, clock = Date.now }: JwksParts): FindKey {
  let keys: { readonly find: FindKey; readonly readAt: number } | undefined;
  let askAgainAt = -Infinity;
  let reading: Promise<void> | undefined;

  const refresh = (): Promise<void> => (reading ??= read().finally(() => (reading = undefined)));

  return async function findKey(header, token) {
    if (!keys || clock() - keys.readAt > FRESH_MS) await refresh();
    if (!keys) throw new JwksAwayError('the keys of SUPABASE_JWKS_URL were never read');
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh();
      return keys.find(header, token);
    }
  };

  async function read(): Promise<void> {
    if (clock() < askAgainAt) return;
    askAgainAt = clock() + PAUSE_MS;
    try {
      keys = { find: createLocalJWKSet(await fetchKeys(url)), readAt: clock() };
    } catch (error) {
      log.warn({ err: error, known: keys !== undefined }, 'the keys of SUPABASE_JWKS_URL cannot be read');
    }
  }
}

/** @throws {Error} when they do not come, or are none; `createLocalJWKSet` looks at their shape */
async function fetchKeys(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`HTTP ${response.status}`);
  }
  const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as JSONWebKeySet;
}
