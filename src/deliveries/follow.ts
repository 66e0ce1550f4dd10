import type { Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { progressQuery } from '../workflows/messages';
import type { Progress } from '../workflows/progress';
import { ATTENTION } from '../workflows/search-attributes';
import { ANSWER_BUDGET_MS, failingSteps, type StuckStep } from './runs';
import { isTemporalAway } from './temporal-away';

const LOOK_INTERVAL_MS = 200;
/** Each query costs a delivery at work a workflow task (3 events), so one that is quick is not asked, ... */
const UNASKED_MS = 2_000;
/** ... and one that is slow not often. */
const ASK_INTERVAL_MS = 1_000;
/** So long one look waits for a server that is away. */
const DESCRIBE_TIMEOUT_MS = 5_000;
/** After this the delivery is left to itself. */
const PATIENCE_MS = 60_000;

/** Where a delivery stood when it was followed no longer: at its end, waiting for something, or still at work. */
export interface FollowEnd {
  /** `RUNNING`, `COMPLETED`, … as Temporal calls it; `null`: Temporal does not answer. */
  readonly state: string | null;
  /** `null`: no worker answers for it. */
  readonly progress: Progress | null;
}

/**
 * Follows a delivery until it has ended or waits for something, for a minute at most.
 * @param tell told where it stands, and what its steps fail with, at each look; after the last one this resolves
 */
export async function followDelivery(
  client: Client,
  workflowId: string,
  tell: (seen: { readonly progress: Progress | null; readonly failing: readonly StuckStep[] }) => void,
  patienceMs = PATIENCE_MS,
): Promise<FollowEnd> {
  const handle = client.workflow.getHandle(workflowId);
  const started = Date.now();
  for (;;) {
    const seen = await client
      .withDeadline(Date.now() + DESCRIBE_TIMEOUT_MS, () => handle.describe())
      .catch((error: unknown) => {
        if (isTemporalAway(error)) return undefined;
        throw error;
      });
    if (!seen) return { state: null, progress: null };
    const { status, typedSearchAttributes, raw } = seen;
    const failing = failingSteps(raw);
    const elapsed = Date.now() - started;
    const over = status.name !== 'RUNNING' || elapsed > patienceMs;
    // It keeps this while it tries again, so only the query says whether it waits.
    const mayWait = (typedSearchAttributes.get(ATTENTION) ?? []).length > 0;
    const asks = over || mayWait || elapsed > UNASKED_MS;
    if (asks) {
      const progress = await client
        .withDeadline(Date.now() + ANSWER_BUDGET_MS, () => handle.query(progressQuery))
        .catch(() => null);
      tell({ progress, failing });
      const waits = progress === null ? mayWait : progress.waitsUntil !== null;
      if (over || waits) return { state: status.name, progress };
    }
    if (!asks) tell({ progress: null, failing });
    await sleep(asks ? ASK_INTERVAL_MS : LOOK_INTERVAL_MS);
  }
}
