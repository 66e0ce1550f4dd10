import { isCancellation, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { WaitLimits } from '../shipment/attention';
import type { DeviceRef, PushResult } from '../shipment/delivery';
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
  /** Whose parcel it is: the burst of one merchant does not delay the pushes of another. */
  readonly merchantId: string | undefined;
}

/**
 * Pushes to every device of a page, one activity each, and waits until each has ended. A device that keeps
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
  const { pushToDevice } = proxyActivities<Pick<Activities, 'pushToDevice'>>({
    // What it may take for the claim, the request and the write adds up to less: only a worker that was killed, or
    // stands still, runs out of it.
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: limits.pushRetry,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  });

  const push = async ({ provider, ...device }: DeviceRef): Promise<PushResult> => {
    const options = {
      summary: `push to ${device.audience} …${inMarkdown(device.cidTail)}`,
      activityId: `push-${device.audience}-${device.deviceId}-${round}`,
      ...(provider !== undefined && { taskQueue: pushQueue(taskQueue, provider) }),
      ...(fairnessKey !== undefined && { priority: { fairnessKey } }),
    };
    try {
      return await pushToDevice.executeWithOptions(options, [
        { workflowId, device, round, ...(force && { force }) },
      ]);
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
  return results;
}

function lastWords(error: unknown): string {
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error ? cause.message : 'unknown failure';
}
