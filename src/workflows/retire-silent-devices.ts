import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';

const { retireSilentDevices: retire } = proxyActivities<Pick<Activities, 'retireSilentDevices'>>({
  startToCloseTimeout: '30m',
  // Each batch is one statement of 1.5 s at most, and says that it is done.
  heartbeatTimeout: '30s',
});

/** Started by a schedule every day. Returns how many devices were retired. */
export async function retireSilentDevices(): Promise<number> {
  return retire();
}
