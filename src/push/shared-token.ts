import { EndedEarlyError, nameOfFailure } from './attempt';
import { retry, toAnswer, TOKEN_REFRESH, TOKEN_REFUSED_AGAIN, type Ruling } from './ruling';

const SECOND = 1_000;

const ISSUE_TIMEOUT_MS = 5 * SECOND;
/** A token that ends while its push is under way is refused. */
const RENEW_BEFORE_END_MS = 60 * SECOND;
/** GeTui allows 100 authentications a minute: a failed one answers for all pushes of the next second. */
const FAILURE_HOLDS_MS = 1 * SECOND;

export interface IssuedToken {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** One token for all pushes of this process, issued once however many wait for it. */
export interface SharedToken {
  /** @throws {EndedEarlyError} when there is none to be had. */
  get(signal: AbortSignal): Promise<string>;
  /** The provider took a push with it. */
  worked(token: string): void;
  /** The provider refused it: the next `get` issues another. */
  refused(token: string): Ruling;
}

export function createSharedToken(issue: (signal: AbortSignal) => Promise<IssuedToken>): SharedToken {
  let current: IssuedToken | undefined;
  let underWay: Promise<IssuedToken> | undefined;
  /** Whether a token was refused since one worked last. */
  let inDoubt = false;

  function renew(): Promise<IssuedToken> {
    const renewal = issue(AbortSignal.timeout(ISSUE_TIMEOUT_MS));
    renewal.then(
      (token) => {
        current = token;
        underWay = undefined;
      },
      () => setTimeout(() => (underWay = undefined), FAILURE_HOLDS_MS).unref(),
    );
    return renewal;
  }

  return {
    async get(signal) {
      if (current && current.expiresAt - RENEW_BEFORE_END_MS > Date.now()) return current.value;
      try {
        underWay ??= renew();
        return (await orAborted(underWay, signal)).value;
      } catch (error) {
        if (error instanceof EndedEarlyError) throw error;
        // The push itself was not sent, whatever became of the request for a token.
        throw new EndedEarlyError(toAnswer(retry('token_unavailable', 5), nameOfFailure(error)));
      }
    },
    worked(token) {
      if (token === current?.value) inDoubt = false;
    },
    refused(token) {
      // Another push was refused with it too, and has seen to a new one.
      if (token !== current?.value) return TOKEN_REFRESH;
      current = undefined;
      const again = inDoubt;
      inDoubt = true;
      return again ? TOKEN_REFUSED_AGAIN : TOKEN_REFRESH;
    },
  };
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
