import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import type { Decision, NotificationRef, Outcome, PushResult, Recipients } from '../shipment/delivery';
import type { DeliveryInput, DeliveryResult, Round } from './contract';
import { openInbox, type Inbox } from './inbox';
import { localFirst } from './local-first';
import { supersedeSignal } from './messages';
import { pushPage } from './push-page';
import { Story } from './story';

/** A deadline is read from the database's clock: when the two clocks differ, look again, but not in a rush. */
const SHORTEST_WAIT_MS = 1_000;

/**
 * Turns one shipment update into pushes: persist the waybill, resolve the recipients, upsert the
 * notifications, push to every device, record the outcome; and wait, visibly and not for ever, for the
 * order, the device or the person that is missing.
 */
export async function deliveryNotification(input: DeliveryInput): Promise<DeliveryResult> {
  const story = new Story(input.update, input.resume?.round.number);
  const inbox = openInbox(input.resume?.retries ?? [], () => story.whyNoRetry());
  try {
    return await deliver(input, story, inbox);
  } catch (error) {
    if (isCancellation(error)) {
      const end = (): Promise<DeliveryResult> => endUnsent('failed', 'cancelled by an operator');
      story.ended(await CancellationScope.nonCancellable(end));
    }
    throw error;
  }
}

async function deliver(input: DeliveryInput, story: Story, inbox: Inbox): Promise<DeliveryResult> {
  if (input.resume) {
    const { decision, notifications, round } = input.resume;
    story.decided(decision);
    return pushUntilSettled(input, story, inbox, decision, notifications, round);
  }

  story.noteRetry(input.retryOf ?? null);
  const decision = await persistWaybill(input);
  story.decided(decision);
  if (decision.verdict !== 'announce') {
    return story.ended({
      outcome: decision.verdict,
      reason: story.reasonOf(decision.verdict),
      audiences: [],
    });
  }
  await Promise.all(decision.supersedes.map(supersede));

  const recipients = await recipientsOnceOrdered(input, story, inbox, decision);
  if ('outcome' in recipients) return story.ended(recipients);
  story.resolved(recipients);

  const notifications = await localFirst('upsertNotifications', 'upsert notifications', {
    workflowId: workflowInfo().workflowId,
    carrier: input.update.carrier,
    trackingNo: input.update.trackingNo,
    decision,
    recipients,
  });
  const round = { number: (decision.lastRound ?? 0) + 1, only: input.retryOf?.devices };
  return pushUntilSettled(input, story, inbox, decision, notifications, round);
}

function persistWaybill({ update, retryOf }: DeliveryInput): Promise<Decision> {
  const { workflowId } = workflowInfo();
  const reopen = retryOf !== undefined;
  return localFirst('persistWaybill', `persist waybill ${update.trackingNo}`, { workflowId, update, reopen });
}

/** An older delivery that has closed meanwhile has nothing left to stop. */
async function supersede(workflowId: string): Promise<void> {
  await getExternalWorkflowHandle(workflowId)
    .signal(supersedeSignal)
    .catch(() => undefined);
}

/** Finds the people, and waits for the order that names them. */
async function recipientsOnceOrdered(
  input: DeliveryInput,
  story: Story,
  inbox: Inbox,
  { waybillId }: Decision,
): Promise<Recipients | DeliveryResult> {
  const { workflowId } = workflowInfo();
  for (;;) {
    const resolution = await localFirst('resolveRecipients', 'resolve recipients', {
      workflowId,
      waybillId,
      limitMs: input.limits.order,
    });
    switch (resolution.kind) {
      case 'found':
        return resolution.recipients;
      case 'superseded':
        return endUnsent('superseded', 'a newer status is known');
      case 'gave-up':
        return endUnsent('no-targets', 'no order was linked in time');
      case 'order-not-found':
        story.waitsForOrder(resolution.until);
        await arrivalOrDeadline(inbox, resolution.until);
        story.noteRetry(inbox.take().retry);
    }
  }
}

/** Pushes rounds until nothing is left to wait for. */
async function pushUntilSettled(
  input: DeliveryInput,
  story: Story,
  inbox: Inbox,
  decision: Decision,
  notifications: readonly NotificationRef[],
  firstRound: Round,
): Promise<DeliveryResult> {
  let round = firstRound;
  for (;;) {
    const results = await pushRound(input, story, inbox, decision, notifications, round);
    const outcome = await recordOutcome(input, notifications, round, results);
    story.recorded(outcome);
    if (outcome.lookAgain) continue;
    if (outcome.wakeAt !== null) await arrivalOrDeadline(inbox, outcome.wakeAt);

    // Closing is a loop: what arrived while the outcome was being recorded is looked at before the end.
    await condition(allHandlersFinished);
    if (outcome.wakeAt === null && inbox.isEmpty()) {
      return story.ended({
        outcome: outcome.sendStatus,
        reason: outcome.reason,
        audiences: outcome.audiences,
      });
    }
    const { retry } = inbox.take();
    story.noteRetry(retry);
    round = retry ? { number: round.number + 1, only: retry.devices } : { number: round.number };
  }
}

/** Pushes to every device of a round, page by page; a following page gets a run and a history of its own. */
async function pushRound(
  input: DeliveryInput,
  story: Story,
  inbox: Inbox,
  decision: Decision,
  notifications: readonly NotificationRef[],
  round: Round,
): Promise<PushResult[]> {
  const { workflowId } = workflowInfo();
  const { number, only } = round;
  const search = { workflowId, notifications, round: number, only };
  const page = await localFirst('findDevices', 'find devices', search);
  story.pushing(number, page);
  const merchantId = notifications.find(({ audience }) => audience === 'merchant')?.recipientId;
  const { devices } = page;
  const results = await pushPage({ devices, round: number, limits: input.limits, merchantId });
  story.pushed(results);
  if (!page.more) return results;

  await localFirst('recordResults', 'record results', { workflowId, round: number, results });
  await condition(allHandlersFinished);
  const resume = { decision, notifications, round, retries: inbox.pendingRetries() };
  return continueAsNew<typeof deliveryNotification>({ ...input, resume });
}

function recordOutcome(
  { limits }: DeliveryInput,
  notifications: readonly NotificationRef[],
  round: Round,
  results: readonly PushResult[],
): Promise<Outcome> {
  const { workflowId } = workflowInfo();
  return localFirst('recordOutcome', 'record outcome', {
    workflowId,
    notifications,
    round: round.number,
    results,
    limits,
  });
}

async function arrivalOrDeadline(inbox: Inbox, deadline: string): Promise<void> {
  const left = Math.max(Date.parse(deadline) - Date.now(), SHORTEST_WAIT_MS);
  await condition(() => !inbox.isEmpty(), left);
}

async function endUnsent(
  outcome: 'superseded' | 'no-targets' | 'failed',
  reason: string,
): Promise<DeliveryResult> {
  const { workflowId } = workflowInfo();
  await localFirst('endUnsent', 'record outcome', { workflowId, sendStatus: outcome, reason });
  return { outcome, reason, audiences: [] };
}
