import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { pushQueue, type TestPushInput } from './contract';

const { preparePushTest, sendPushTest } = proxyActivities<
  Pick<Activities, 'preparePushTest' | 'sendPushTest'>
>({
  // As a push. One that was killed may try again: it has the same request id.
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '5m',
  retry: { initialInterval: '1s', maximumAttempts: 3 },
});

/** One message to one phone, on the way of every push: the queue of its provider, and one request. */
export async function testPush({ testId }: TestPushInput): Promise<void> {
  const { goes, queuedProvider } = await preparePushTest({ testId });
  if (!goes) return;
  const taskQueue = queuedProvider && pushQueue(workflowInfo().taskQueue, queuedProvider);
  await sendPushTest.executeWithOptions(taskQueue === undefined ? {} : { taskQueue }, [{ testId }]);
}
