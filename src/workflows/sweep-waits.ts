import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { SweepInput } from './contract';

type Sweep = Pick<Activities, 'wakeDueWaits'>;

const { wakeDueWaits: passOnce } = proxyActivities<Sweep>({
  startToCloseTimeout: '50s',
  retry: { maximumAttempts: 2 },
});

const { wakeDueWaits: passOn } = proxyActivities<Sweep>({
  /** Of one pass. */
  startToCloseTimeout: '50s',
  // While PostgreSQL is away. A pass that is done says itself when the next begins.
  retry: { initialInterval: '10s', backoffCoefficient: 1 },
});

/**
 * Wakes deliveries whose wait is over, however that came about: once, or once a minute for as long as it is told.
 * Started by a schedule that looks every minute whether a run is under way.
 */
export async function sweepWaits(input?: SweepInput): Promise<number> {
  return input === undefined ? passOnce() : passOn(input.minutes);
}
