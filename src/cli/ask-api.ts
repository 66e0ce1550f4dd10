import { z } from 'zod';
import { apiUrl } from '../api-url';
import type { Config } from '../config';

/** The slowest answer counts the whole database; milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Thrown when something behind the API does not answer now. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

const UNAUTHORIZED = 401;
const UNAVAILABLE = 503;

const refusal = z.looseObject({ ok: z.literal(false), message: z.string() });

/**
 * Asks the running API as a person would, with the first key of API_KEYS.
 * @throws {Error} a sentence: it does not run, or why it refuses
 */
export async function askApi<T extends z.ZodType>(
  config: Pick<Config, 'host' | 'port' | 'apiKeys'>,
  method: 'GET' | 'POST',
  route: string,
  answer: T,
  body?: object,
): Promise<z.output<T>> {
  const url = apiUrl(config) + route;
  const [key] = config.apiKeys;
  const response = await fetch(url, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new Error(`Waybell does not answer at ${apiUrl(config)}: start it with npm start.`, {
      cause: error,
    });
  });
  const json: unknown = await response.json().catch(() => undefined);
  const refused = refusal.safeParse(json);
  if (refused.success) {
    const hint = response.status === UNAUTHORIZED ? ' (commands send the first key of API_KEYS)' : '';
    const sentence = `Waybell refuses (${response.status}): ${refused.data.message}${hint}`;
    throw response.status === UNAVAILABLE ? new UnavailableError(sentence) : new Error(sentence);
  }
  const read = answer.safeParse(json);
  if (read.success) return read.data;
  throw new Error(`What answers at ${apiUrl(config)} is no Waybell of this version.`, { cause: read.error });
}
