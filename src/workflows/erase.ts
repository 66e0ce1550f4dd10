import { proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { inMarkdown } from '../shipment/shown-text';
import type { EraseInput, EraseResult } from './contract';

const { erasePass, finishErasure } = proxyActivities<Pick<Activities, 'erasePass' | 'finishErasure'>>({
  // A hundred thousand parcels take half an hour; whatever ends a pass, the next try goes on where it was.
  startToCloseTimeout: '1 day',
  heartbeatTimeout: '3m',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** What was on its way during the first pass is there for the second. */
const PASSES = [1, 2] as const;

/** Erases what is written down under this id. */
export async function erase({ erasureId, pauseMs }: EraseInput): Promise<EraseResult> {
  for (const pass of PASSES) {
    if (pass > 1) await sleep(pauseMs, { summary: 'what was on its way is there for the next pass' });
    setCurrentDetails(
      `pass ${pass} of ${PASSES.length}: see ${inMarkdown(`GET /api/v1/erasures/${erasureId}`)}`,
    );
    await erasePass({ erasureId, pass });
  }
  return finishErasure({ erasureId });
}
