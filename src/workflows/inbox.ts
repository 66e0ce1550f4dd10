import { setHandler } from '@temporalio/workflow';
import { readRetryRequest, type RetryRequest } from '../shipment/retry-request';
import { retryWords } from '../shipment/retry-words';
import {
  deviceRegisteredSignal,
  orderLinkedSignal,
  retryNowUpdate,
  retrySignal,
  supersedeSignal,
} from './messages';

/** What arrived from outside and is not dealt with yet. */
export interface Inbox {
  isEmpty(): boolean;
  /** Empties the inbox. `retry` joins all that people asked for; `null` when nobody did. */
  drain(): { retry: RetryRequest | null };
  /** What a following run must still deal with. */
  pendingRetries(): readonly RetryRequest[];
  /** Whether somebody wants it told however old it is: asked once, it holds for all steps that follow. */
  forced(): { readonly force?: true };
}

/**
 * Listens from the first moment of the workflow on. Handlers only note what arrived: the workflow looks at
 * the database for what is true, so a signal may come at any time, twice or not at all.
 * @param whyNoRetry why there is nothing to retry now; `null` when there is
 * @param force whether a former run was told to tell it however old it is
 */
export function openInbox(
  carriedOver: readonly RetryRequest[],
  whyNoRetry: () => string | null,
  force = false,
): Inbox {
  let retries = [...carriedOver];
  let forced = force;
  let woken = false;
  const wake = (): void => {
    woken = true;
  };
  const retry = (argument?: RetryRequest): void => {
    const asked = readRetryRequest(argument);
    retries.push(asked);
    forced ||= asked.force === true;
  };

  const refuseRetry: (argument?: RetryRequest) => void = () => {
    const reason = whyNoRetry();
    if (reason !== null) throw new Error(reason);
  };

  setHandler(retrySignal, retry, {
    description: 'Try again what failed. Input is optional: {operator, reason, devices, force}.',
  });
  setHandler(orderLinkedSignal, wake, { description: 'The waybill is linked to an order.' });
  setHandler(deviceRegisteredSignal, wake, { description: 'An owner registered a device.' });
  setHandler(supersedeSignal, wake, { description: 'A newer status of the waybill is known.' });
  setHandler(
    retryNowUpdate,
    (argument?: RetryRequest): string => {
      retry(argument);
      return retryWords('begun').en;
    },
    {
      description: 'As retry, refused with a reason when there is nothing to retry.',
      validator: refuseRetry,
    },
  );

  return {
    isEmpty: () => !woken && retries.length === 0,
    pendingRetries: () => retries,
    forced: () => (forced ? { force: true } : {}),
    drain() {
      const asked = joinRetries(retries);
      retries = [];
      woken = false;
      return { retry: asked };
    },
  };
}

/** Several people may have asked: the last one's words, and every device that anybody named. */
function joinRetries(retries: readonly RetryRequest[]): RetryRequest | null {
  const last = retries.at(-1);
  if (!last) return null;
  const { operator, reason } = last;
  const everything = retries.some(({ devices }) => devices === undefined);
  return everything
    ? { operator, reason }
    : { operator, reason, devices: retries.flatMap(({ devices }) => devices ?? []) };
}
