import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { arrayFromPayloads, defaultPayloadConverter } from '@temporalio/common';
import { fewAtOnce } from '../few-at-once';
import type { ShipmentUpdate } from '../shipment/update';
import { DELIVERY_WORKFLOW, type DeliveryInput } from '../workflows/contract';
import { isTemporalAway } from './temporal-away';

/** How long one call of Temporal may take; milliseconds. */
export const CALL_BUDGET_MS = 1_000;

/**
 * How long a worker may take to answer for a delivery; milliseconds. It does between two workflow tasks, and a push that
 * is tried near holds one for as long as its request and the writes about it may take.
 */
export const ANSWER_BUDGET_MS = 8_000;

/** The newest run of a delivery. */
export interface LatestRun {
  readonly runId: string;
  readonly firstRunId: string;
  readonly open: boolean;
  /** It came to an end of its own. */
  readonly completed: boolean;
  /** Of the bulk retry that started it. */
  readonly bulkRetryId: unknown;
}

/** @returns `undefined` when Temporal does not know the delivery, or no longer */
export async function findLatestRun(temporal: Client, workflowId: string): Promise<LatestRun | undefined> {
  try {
    const { runId, status, memo, raw } = await temporal.withDeadline(Date.now() + CALL_BUDGET_MS, () =>
      temporal.workflow.getHandle(workflowId).describe(),
    );
    // A delivery to many devices goes on as a new run; what the webhook said is in the first.
    const firstRunId = raw.workflowExecutionInfo?.firstRunId || runId;
    return {
      runId,
      firstRunId,
      open: status.name === 'RUNNING',
      completed: status.name === 'COMPLETED',
      bulkRetryId: memo?.['bulkRetry'],
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Reads what a run was started with, the newest when none is named: the first event of its history. */
export async function readInput(
  temporal: Client,
  workflowId: string,
  runId = '',
): Promise<ShipmentUpdate | undefined> {
  const { history } = await temporal.withDeadline(Date.now() + CALL_BUDGET_MS, () =>
    temporal.workflowService.getWorkflowExecutionHistory({
      namespace: temporal.options.namespace,
      execution: { workflowId, runId },
      maximumPageSize: 1,
    }),
  );
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const [input] = arrayFromPayloads(defaultPayloadConverter, started?.input?.payloads);
  return (input as DeliveryInput | undefined)?.update;
}

/** The most that a server gives at once: 100,000 deliveries are a hundred calls. */
const LIST_PAGE_SIZE = 1_000;
/** Calls of Temporal under way at once. */
const AT_ONCE = 10;
/** As many may have been started in the second or two by which the list is late; more are not looked up. */
const MOST_LOOKED_UP = 1_000;

/** `unknown`: Temporal never had it, or no longer. */
async function stateOf(temporal: Client, workflowId: string): Promise<'running' | 'ended' | 'unknown'> {
  try {
    const { status } = await temporal.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' ? 'running' : 'ended';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'unknown';
    throw error;
  }
}

/** Which of these deliveries do not run. Reads the list of those that do, and asks for each that it lacks. */
export async function findNotRunning(temporal: Client, workflowIds: readonly string[]): Promise<string[]> {
  const missing = new Set(workflowIds);
  if (missing.size > AT_ONCE) await removeListed(temporal, missing);
  const doubtful = [...missing];
  const lookedUp = await pickNotRunning(temporal, doubtful.slice(0, MOST_LOOKED_UP));
  return [...lookedUp, ...doubtful.slice(MOST_LOOKED_UP)];
}

/** Which of these deliveries do not run. Asks for each, however many others run: for some hundreds at most. */
export async function pickNotRunning(temporal: Client, workflowIds: readonly string[]): Promise<string[]> {
  const states = await fewAtOnce(workflowIds, AT_ONCE, (id) => stateOf(temporal, id));
  return workflowIds.filter((_, index) => states[index] !== 'running');
}

/** Whether a delivery has ended as Temporal knows: none does that went with its database. */
export async function hasEnded(temporal: Client, workflowId: string): Promise<boolean> {
  const ask = () => stateOf(temporal, workflowId);
  return (await temporal.withDeadline(Date.now() + CALL_BUDGET_MS, ask)) === 'ended';
}

async function removeListed(temporal: Client, missing: Set<string>): Promise<void> {
  const query = `WorkflowType='${DELIVERY_WORKFLOW}' AND ExecutionStatus='Running'`;
  for await (const { workflowId } of temporal.workflow.list({ query, pageSize: LIST_PAGE_SIZE })) {
    missing.delete(workflowId);
    if (missing.size === 0) return;
  }
}

/** What a delivery fails with at the moment. */
export interface StuckStep {
  /** The activity, or `workflow` or `Temporal` where it is no step that fails. */
  readonly step: string;
  /** The type of its failure: a `FailureType`, or what the SDK calls an error that is not ours. */
  readonly type: string | null;
  readonly words: string;
  readonly attempts: number;
}

/** Longer ones, such as a stack, say no more; characters. */
const MAX_WORDS = 300;

/** What one step of an open workflow fails with now, as Temporal has it; `null` when nothing fails. */
export async function findStuckStep(client: Client, workflowId: string): Promise<StuckStep | null> {
  try {
    const { raw, status } = await client.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING') return outsideOfSteps('workflow', `does not run (${status.name})`);
    return failingSteps(raw)[0] ?? null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return outsideOfSteps('workflow', 'is not known to Temporal');
    if (isTemporalAway(error)) return outsideOfSteps('Temporal', 'does not answer');
    throw error;
  }
}

/** What the steps of an open workflow fail with now. */
export function failingSteps({
  pendingActivities,
}: Pick<WorkflowExecutionDescription['raw'], 'pendingActivities'>): StuckStep[] {
  const failing = (pendingActivities ?? []).filter(({ lastFailure }) => lastFailure);
  return failing.map(({ activityType, lastFailure, attempt }) => {
    const type = lastFailure?.applicationFailureInfo?.type || null;
    const message = (lastFailure?.message ?? '').slice(0, MAX_WORDS);
    return {
      step: activityType?.name ?? '',
      type,
      words: type === null ? message : `${type}: ${message}`,
      attempts: (attempt ?? 1) - 1,
    };
  });
}

function outsideOfSteps(step: string, words: string): StuckStep {
  return { step, type: null, words, attempts: 0 };
}
