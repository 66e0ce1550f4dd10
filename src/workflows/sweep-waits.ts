import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';

const { wakeDueWaits } = proxyActivities<Pick<Activities, 'wakeDueWaits'>>({
  startToCloseTimeout: '50s',
  // The next sweep comes in a minute anyway.
  retry: { maximumAttempts: 2 },
});

/** Started by a schedule every minute: wakes deliveries whose wait is over, however that came about. */
export async function sweepWaits(): Promise<number> {
  return wakeDueWaits();
}
