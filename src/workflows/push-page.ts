import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { WaitLimits } from '../config';
import type { DeviceRef, PushResult } from '../shipment/delivery';

/** Pushes of one delivery under way at once: far below the server's 2,000 pending activities, fair to others. */
const MOST_PENDING = 50;

/**
 * Pushes to every device of a page, one activity each, and waits until each has ended. A device that keeps
 * answering "later" is given up for this round after `limits.pushRetry`.
 */
export async function pushPage(
  workflowId: string,
  devices: readonly DeviceRef[],
  round: number,
  limits: WaitLimits,
): Promise<PushResult[]> {
  const { pushToDevice } = proxyActivities<Pick<Activities, 'pushToDevice'>>({
    // 5 s for the request and a claim and a write of 1.5 s each; a worker killed meanwhile is noticed after it.
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: limits.pushRetry,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  });

  const push = async (device: DeviceRef): Promise<PushResult> => {
    const options = {
      summary: `push to ${device.audience} …${device.cidTail}`,
      activityId: `push-${device.audience}-${device.deviceId}-${round}`,
    };
    try {
      return await pushToDevice.executeWithOptions(options, [{ workflowId, device, round }]);
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
