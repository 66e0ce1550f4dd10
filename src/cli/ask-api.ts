import { z } from 'zod';
import { apiUrl } from '../config/api-url';
import type { Config } from '../config/config';

/** The slowest answer counts the whole database; milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Thrown when the API, or something behind it, does not answer now. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

const UNAUTHORIZED = 401;
const UNAVAILABLE = 503;
/** What a proxy says, in words of its own, while the API behind it is away. */
const PROXY_ALONE: readonly number[] = [502, UNAVAILABLE, 504];

const refusal = z.looseObject({ ok: z.literal(false), message: z.string() });

/**
 * Asks the running API as a person would, with the first key of API_KEYS.
 * @throws {UnavailableError} a sentence: it does not answer now, or what is behind it does not
 * @throws {Error} a sentence: why it refuses
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
  const { status, text } = await fetch(url, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch((error: unknown) => {
      throw new UnavailableError(`Waybell does not answer at ${apiUrl(config)}: start it with npm start.`, {
        cause: error,
      });
    });
  const json = readJson(text);
  const refused = refusal.safeParse(json);
  if (refused.success) {
    const hint = status === UNAUTHORIZED ? ' (commands send the first key of API_KEYS)' : '';
    const sentence = `Waybell refuses (${status}): ${refused.data.message}${hint}`;
    throw status === UNAVAILABLE ? new UnavailableError(sentence) : new Error(sentence);
  }
  if (PROXY_ALONE.includes(status))
    throw new UnavailableError(`What answers at ${apiUrl(config)} does not reach Waybell (${status}).`);
  const read = answer.safeParse(json);
  if (read.success) return read.data;
  throw new Error(`What answers at ${apiUrl(config)} is no Waybell of this version.`, { cause: read.error });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
