import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';

const { applyRetention: apply } = proxyActivities<Pick<Activities, 'applyRetention'>>({
  startToCloseTimeout: '50m',
  // A batch takes 20 s at most, and the measuring of a large archive 2 minutes.
  heartbeatTimeout: '3m',
  // The next run comes within the hour anyway.
  retry: { maximumAttempts: 2 },
});

/** Started by a schedule every hour. Returns how many parcels were folded. */
export async function applyRetention(): Promise<number> {
  return apply();
}
