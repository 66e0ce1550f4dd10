import type { Client } from '@temporalio/client';
import { fewAtOnce } from '../few-at-once';
import { DELIVERY_WORKFLOW } from '../workflows/contract';
import { pickNotRunning } from './runs';
import { findGrpcError } from './temporal-away';

/** gRPC status of what Temporal does not know, or no longer. */
const NOT_FOUND = 5;
const AT_ONCE = 10;
const PAGE_SIZE = 500;
/** Nobody waits for one call; milliseconds. */
const CALL_MS = 10_000;
/** What a number may be spelled with: others stand in no query. */
const QUOTABLE = /^[\w./#+:*&()-]+$/;

/** Which histories are to go. */
export interface Histories {
  /** Deliveries that the database knows. */
  readonly workflowIds: readonly string[];
  /** Their numbers, by which former runs of these deliveries are found. */
  readonly trackingNos?: readonly string[];
  /** Only what has ended: what runs is about somebody else by now. */
  readonly endedOnly?: true;
}

interface Run {
  readonly workflowId: string;
  /** `''`: the newest. */
  readonly runId: string;
}

/**
 * Deletes deliveries from Temporal; one that runs is ended by it, and so pushes to nobody any more. Temporal's list is a
 * second late, so the newest run goes by its id, and the list finds the former ones. What it has besides under a number is
 * another carrier's parcel, or not written yet.
 * @returns how many runs
 * @throws what the Temporal client throws when the server does not answer
 */
export async function eraseHistories(
  temporal: Client,
  { workflowIds, trackingNos = [], endedOnly }: Histories,
): Promise<number> {
  const known = endedOnly ? await pickNotRunning(temporal, workflowIds) : workflowIds;
  const ours = new Set(known);
  const found = await listRuns(
    temporal,
    trackingNos.filter((number) => QUOTABLE.test(number)),
  );
  const listed = found.filter(({ workflowId }) => ours.has(workflowId));
  const listedIds = new Set(listed.map(({ workflowId }) => workflowId));
  const newest = known.map((workflowId): Run => ({ workflowId, runId: '' }));
  const runs = [...listed, ...newest];
  const deleted = await fewAtOnce(runs, AT_ONCE, (run) => deleteRun(temporal, run));
  // The newest of what was listed has been counted there.
  return runs.filter(
    ({ workflowId, runId }, at) => deleted[at] && (runId !== '' || !listedIds.has(workflowId)),
  ).length;
}

async function listRuns(temporal: Client, trackingNos: readonly string[]): Promise<Run[]> {
  if (trackingNos.length === 0) return [];
  const numbers = trackingNos.map((number) => `'${number}'`).join(', ');
  const query = `WorkflowType = '${DELIVERY_WORKFLOW}' AND TrackingNo IN (${numbers})`;
  const runs: Run[] = [];
  for await (const { workflowId, runId } of temporal.workflow.list({ query, pageSize: PAGE_SIZE }))
    runs.push({ workflowId, runId });
  return runs;
}

/** @returns whether it was there */
async function deleteRun(temporal: Client, workflowExecution: Run): Promise<boolean> {
  try {
    await temporal.withDeadline(Date.now() + CALL_MS, () =>
      temporal.workflowService.deleteWorkflowExecution({
        namespace: temporal.options.namespace,
        workflowExecution,
      }),
    );
    return true;
  } catch (error) {
    if (findGrpcError(error, [NOT_FOUND])) return false;
    throw error;
  }
}
