import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { apiUrl } from '../config/api-url';
import type { Config } from '../config/config';
import type { Explanation } from '../shipment/explanation';
import { sign } from '../sources/reading/proof';
import { problemAnswer, type ProblemAnswer } from './http-problem';
import type { Operation } from './operation';

/** The slowest answer counts the whole database; milliseconds. */
const ANSWER_TIMEOUT_MS = 60_000;

/** As long as a person waits who is woken at night; for what is read from a table or two. Milliseconds. */
export const QUICK_ANSWER_MS = 10_000;

/** Thrown when the API does not answer now. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  constructor(
    readonly words: Explanation,
    options?: ErrorOptions,
  ) {
    super(words.en, options);
  }
}

const UNAUTHORIZED = 401;
const UNAVAILABLE = 503;

/** What a person does who is refused so. */
const HINTS: Readonly<Record<number, Explanation>> = {
  [UNAUTHORIZED]: {
    en: ' (commands send the first key of API_KEYS)',
    zh: '（命令发送 API_KEYS 中的第一个密钥）',
  },
  [UNAVAILABLE]: {
    en: ' (npx waybell doctor says which part is away, and why)',
    zh: '（npx waybell doctor 会说明哪个部分不可用及原因）',
  },
};

/** Thrown when the API refuses what it is asked. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';

  constructor(
    readonly status: number,
    readonly problem: ProblemAnswer,
  ) {
    super(`Waybell refuses (${status}): ${problem.message}${HINTS[status]?.en ?? ''}`);
  }

  get hint(): Explanation | undefined {
    return HINTS[this.status];
  }
}

/** Whether the API, or something behind it, does not answer now: the same may be asked again. */
export function isNotNow(error: unknown): boolean {
  return error instanceof UnreachableError || (error instanceof RefusedError && error.status === UNAVAILABLE);
}

/** What a proxy says, in words of its own, while the API behind it is away. */
const PROXY_ALONE: readonly number[] = [502, UNAVAILABLE, 504];

/** The running Waybell, and what it asks of who comes from outside. */
export type Addressee = Pick<Config, 'host' | 'port' | 'apiKeys' | 'webhookSecrets'>;

type Part = 'params' | 'query' | 'headers' | 'body';

/** What an operation takes, as it is sent. */
export type Asking<O extends Operation> = {
  readonly [P in Part & keyof O]: O[P] extends z.ZodType ? z.input<O[P]> : never;
};

/** What an operation answers, as it is read. */
export type AnswerTo<O extends Operation> = z.output<O['answers'][keyof O['answers'] & number]>;

interface Sent {
  readonly params?: object;
  readonly query?: object;
  readonly headers?: object;
  readonly body?: object;
}

/**
 * Asks the running API for an operation, as `serve` answers it: with its address, its fields, its proof and its
 * answer. Shows the first key of API_KEYS, and signs with the first of WEBHOOK_SECRETS.
 * @throws {UnreachableError} a sentence: it does not answer now
 * @throws {RefusedError} a sentence: why it refuses
 * @throws {Error} a sentence: what answers there is another program, or another version
 */
export async function ask<O extends Operation>(
  waybell: Addressee,
  operation: O,
  asking: Asking<O>,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<AnswerTo<O>> {
  const { headers, body }: Sent = asking;
  const text = body && JSON.stringify(body);
  const url = apiUrl(waybell);
  const answered = await fetch(url + addressOf(operation, asking), {
    method: operation.method,
    headers: {
      ...headers,
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...credentials(operation, waybell, text),
    },
    ...(text !== undefined && { body: text }),
    signal: AbortSignal.timeout(timeoutMs),
  })
    .then(async (response) => ({ status: response.status, json: readJson(await response.text()) }))
    .catch((error: unknown) => {
      if ((error as Error).name === 'TimeoutError')
        throw new UnreachableError(notInTime(url, timeoutMs), { cause: error });
      throw new UnreachableError(
        {
          en: `Waybell does not answer at ${url}: start it with npm start, or say with DATA_DIR or PORT which one is meant.`,
          zh: `Waybell 在 ${url} 没有应答：请用 npm start 启动，或用 DATA_DIR 或 PORT 指明是哪一个。`,
        },
        { cause: error },
      );
    });
  const { status, json } = answered;
  const { answers }: Operation = operation;
  const answer = answers[status]?.safeParse(json);
  if (answer?.success) return answer.data as AnswerTo<O>;
  const refusal = problemAnswer.safeParse(json);
  if (refusal.success) throw new RefusedError(status, refusal.data);
  if (PROXY_ALONE.includes(status))
    throw new UnreachableError({
      en: `What answers at ${url} does not reach Waybell (${status}).`,
      zh: `在 ${url} 应答的程序连不上 Waybell（${status}）。`,
    });
  throw new Error(`What answers at ${url} is no Waybell of this version.`, { cause: answer?.error });
}

const notInTime = (url: string, timeoutMs: number): Explanation => ({
  en: `Waybell at ${url} has not answered within ${timeoutMs / 1_000} s: npx waybell doctor says which part is slow or away.`,
  zh: `${url} 的 Waybell 在 ${timeoutMs / 1_000} 秒内没有应答：npx waybell doctor 会说明哪个部分缓慢或不可用。`,
});

/** How a person asks for it who does so by hand: `GET /api/v1/retries/…`. */
export function requestLine(operation: Operation, asking: Sent): string {
  return `${operation.method.toUpperCase()} ${addressOf(operation, asking)}`;
}

/** The path with its parameters, and the query: what is `undefined` is not asked for. */
function addressOf({ path }: Operation, { params = {}, query = {} }: Sent): string {
  const values = new Map(Object.entries(params));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(values.get(name))),
  );
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given).toString()}`;
}

function credentials(
  { access }: Operation,
  { apiKeys: [key], webhookSecrets: [secret] }: Addressee,
  body = '',
): Record<string, string> {
  if (access !== 'signature') return key === undefined ? {} : { authorization: `Bearer ${key}` };
  if (secret === undefined) return {};
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${sign(secret, id, timestamp, Buffer.from(body)).toString('base64')}`,
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
