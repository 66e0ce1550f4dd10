import {
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { WaitLimits } from '../shipment/attention';
import type { DeviceRef, FailedTry, PushResult } from '../shipment/delivery';
import { inMarkdown } from '../shipment/shown-text';
import { pushQueue } from './contract';

/** Pushes of one delivery under way at once: far below the server's 2,000 pending activities, fair to others. */
const MOST_PENDING = 50;

/** What a server accepts as a key of fairness: 64 bytes, and a character has up to 4. Who shares one shares a turn. */
const FAIRNESS_KEY = /^[\x20-\x7e]{1,64}$|^.{1,16}/su;

export interface PushPage {
  readonly devices: readonly DeviceRef[];
  readonly round: number;
  readonly force?: true;
  readonly limits: WaitLimits;
  /** Whose turn it takes. */
  readonly merchantId: string | undefined;
}

/**
 * What a try may take for the claim, the request and the write adds up to less: only a worker that was killed, or
 * stands still, runs out of it.
 */
const TRY_TIMEOUT = '10s';

type Push = Pick<Activities, 'pushToDevice'>;

/**
 * Pushes to every device of a page, one activity each, and waits until each has ended. The first try is made near where
 * there is a place, in this workflow task: no hop through the server, and one event instead of three. What is to be
 * tried again goes far: a pending activity with its last failure, for everybody to see. A device that keeps
 * answering "later" is given up for this round after `limits.pushRetry`.
 */
export async function pushPage({
  devices,
  round,
  force,
  limits,
  merchantId = '',
}: PushPage): Promise<PushResult[]> {
  const { workflowId, taskQueue } = workflowInfo();
  const fairnessKey = FAIRNESS_KEY.exec(merchantId)?.[0];
  const common = { startToCloseTimeout: TRY_TIMEOUT, scheduleToCloseTimeout: limits.pushRetry } as const;
  const { pushToDevice: near } = proxyLocalActivities<Push>({ ...common, retry: { maximumAttempts: 1 } });
  const { pushToDevice: far } = proxyActivities<Push>({
    ...common,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  });

  const push = async ({ provider, near: mayBeNear, ...device }: DeviceRef): Promise<PushResult> => {
    const summary = `push to ${device.audience} …${inMarkdown(device.cidTail)}`;
    const task = { workflowId, device, round, ...(force && { force }) };
    let before: FailedTry | undefined;
    if (mayBeNear) {
      try {
        return await near.executeWithOptions({ summary }, [task]);
      } catch (error) {
        if (isCancellation(error)) throw error;
        before = failedTry(error);
      }
    }
    const options = {
      summary,
      activityId: `push-${device.audience}-${device.deviceId}-${round}`,
      ...(provider !== undefined && { taskQueue: pushQueue(taskQueue, provider) }),
      ...(fairnessKey !== undefined && { priority: { fairnessKey } }),
    };
    try {
      return await far.executeWithOptions(options, [{ ...task, ...(before && { before }) }]);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { ...device, state: 'failed', reason: 'gave_up', words: lastWords(error) };
    }
  };

  const results: PushResult[] = new Array<PushResult>(devices.length);
  const waiting = [...devices.entries()];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await push(next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(MOST_PENDING, devices.length) }, lane));
  // A timer ends the workflow task: what the database does not know, the history does, before anything else is tried.
  if (results.some(({ unwritten }) => unwritten)) await sleep(1);
  return results;
}

/** What a near try says of the next one; `undefined` when it could not, and the next one comes at once. */
function failedTry(error: unknown): FailedTry | undefined {
  // The SDK wraps what a normal activity throws into an ActivityFailure, and not what a local one does.
  return error instanceof ApplicationFailure ? (error.details?.[0] as FailedTry | undefined) : undefined;
}

function lastWords(error: unknown): string {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error ? cause.message : 'unknown failure';
}
