import type { PushAnswer } from './provider';
import { CONNECTION_LOST, NOT_CONNECTED, TIMEOUT, toAnswer, UNSENDABLE, type Ruling } from './ruling';
import { cutText, visibleText } from './text';

/**
 * Thrown when a message must not be sent: with an empty target uni-push broadcasts to every phone that ever
 * opened the app, and an empty text is accepted and never shown.
 */
export class UnsendableError extends Error {
  override readonly name = 'UnsendableError';
}

/** Thrown when the push ends before its own request, for example because no token is to be had. */
export class EndedEarlyError extends Error {
  override readonly name = 'EndedEarlyError';

  constructor(readonly answer: PushAnswer) {
    super(answer.reason);
  }
}

/** Of failures in which the request never left us. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Runs one try of a provider; what it throws becomes the answer. */
export async function attempt(signal: AbortSignal, run: () => Promise<PushAnswer>): Promise<PushAnswer> {
  try {
    signal.throwIfAborted();
    return await run();
  } catch (error) {
    if (error instanceof EndedEarlyError) return error.answer;
    if (error instanceof UnsendableError) return toAnswer(UNSENDABLE, `not sent: ${error.message}`);
    return toAnswer(rulingOnThrown(error, signal), nameOfFailure(error));
  }
}

function rulingOnThrown(error: unknown, signal: AbortSignal): Ruling {
  if (signal.aborted) return TIMEOUT;
  return NEVER_CONNECTED.has(nameOfFailure(error)) ? NOT_CONNECTED : CONNECTION_LOST;
}

/** `ECONNRESET`, `TimeoutError`, …: never the URL, which may hold a key. */
export function nameOfFailure(error: unknown): string {
  // Not `instanceof Error`: what a signal was aborted with can be anything.
  const { cause } = Object(error) as { cause?: unknown };
  return nameOf(cause) ?? nameOf(error) ?? 'unknown error';
}

function nameOf(error: unknown): string | undefined {
  const { code, name, message } = Object(error) as Partial<Record<'code' | 'name' | 'message', unknown>>;
  return [code, name === 'Error' ? message : name].find((word) => typeof word === 'string');
}

/**
 * The text as one line, cut to `max` code points.
 * Missing counts as empty: the row may come from a shop's table, whose columns no type can vouch for.
 * @throws {UnsendableError} when a person would see nothing.
 */
export function requiredText(name: string, value: string | undefined, max = Infinity): string {
  const text = visibleText(value ?? '');
  if (text === '') throw new UnsendableError(`${name} is empty`);
  return cutText(text, max);
}
