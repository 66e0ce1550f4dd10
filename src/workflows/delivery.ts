import { allHandlersFinished, condition, continueAsNew, patched, workflowInfo } from '@temporalio/workflow';
import type { EndReason } from '../shipment/end-reason';
import { CHANGES } from './changes';
import type { Announcement, DeliveryInput, DeliveryResult } from './contract';
import { openInbox, type Inbox } from './inbox';
import { localFirst } from './local-first';
import { Story } from './story';

/** However soon a deadline is: nothing is looked at in a rush. */
const SHORTEST_WAIT_MS = 1_000;

/** One run of a delivery: what it was started with, what arrives from outside, and what it tells the outside. */
export interface Delivery {
  readonly workflowId: string;
  readonly input: DeliveryInput;
  readonly inbox: Inbox;
  readonly story: Story;
}

export function openDelivery(input: DeliveryInput): Delivery {
  const story = new Story(input.update, input.resume?.round.number);
  const forced = input.forced ?? input.retryOf?.force;
  const inbox = openInbox(input.resume?.retries ?? [], () => story.whyNoRetry(), forced);
  return { workflowId: workflowInfo().workflowId, input, inbox, story };
}

/**
 * The timer carries the words of the story: in the list of events it says what it waits for.
 * @param leftMs until then by the clock that set the deadline; older histories have the deadline alone
 */
export async function arrivalOrDeadline(
  { inbox, story }: Delivery,
  deadline: string,
  leftMs?: number | null,
): Promise<void> {
  const left = leftMs ?? Date.parse(deadline) - Date.now();
  const summary = story.whatItWaitsFor();
  await condition(() => !inbox.isEmpty(), Math.max(left, SHORTEST_WAIT_MS), { summary });
}

/**
 * Goes on as a new run when the server suggests it: ten thousand signals or retries are no endless history.
 * @param announcement what is told to whom; absent while that is not known
 */
export async function goOnWhereSuggested(delivery: Delivery, announcement?: Announcement): Promise<void> {
  if (!workflowInfo().continueAsNewSuggested || !patched(CHANGES.shortHistories)) return;
  await goOnAsNewRun(delivery, announcement);
}

/** Goes on as a new run, which deals with what has arrived until this one ends. */
export async function goOnAsNewRun({ input, inbox }: Delivery, announcement?: Announcement): Promise<never> {
  await condition(allHandlersFinished);
  const { force: forced } = inbox.forced();
  const resume = announcement && { ...announcement, retries: inbox.pendingRetries() };
  return continueAsNew<(input: DeliveryInput) => Promise<DeliveryResult>>({
    ...input,
    ...(forced && { forced }),
    ...(resume && { resume }),
  });
}

/** Closes a delivery that tells nobody anything, with its reason. */
export async function endUnsent(
  { workflowId }: Delivery,
  outcome: 'superseded' | 'no-targets' | 'failed',
  reason: EndReason,
): Promise<DeliveryResult> {
  await localFirst('endUnsent', 'record outcome', { workflowId, sendStatus: outcome, reason });
  return { outcome, reason, audiences: [] };
}
