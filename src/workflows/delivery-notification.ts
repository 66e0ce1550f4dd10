import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import type { Outcome, PushResult, Recipients } from '../shipment/delivery';
import { readEndReason, type EndReason } from '../shipment/end-reason';
import { TOO_OLD } from '../shipment/news-age';
import type { Announcement, DeliveryInput, DeliveryResult } from './contract';
import { openInbox, type Inbox } from './inbox';
import { localFirst } from './local-first';
import { supersedeSignal } from './messages';
import { pushPage } from './push-page';
import { Story } from './story';

/** A deadline is read from the database's clock: when the two clocks differ, look again, but not in a rush. */
const SHORTEST_WAIT_MS = 1_000;

/** One run of a delivery: what it was started with, what arrives from outside, and what it tells the outside. */
interface Delivery {
  readonly workflowId: string;
  readonly input: DeliveryInput;
  readonly inbox: Inbox;
  readonly story: Story;
}

/**
 * Turns one shipment update into pushes: persist the waybill, resolve the recipients, upsert the
 * notifications, push to every device, record the outcome; and wait, visibly and not for ever, for the
 * order, the device or the person that is missing.
 */
export async function deliveryNotification(input: DeliveryInput): Promise<DeliveryResult> {
  const delivery = openDelivery(input);
  try {
    return delivery.story.ended(await deliver(delivery));
  } catch (error) {
    if (isCancellation(error)) {
      const end = (): Promise<DeliveryResult> => endUnsent(delivery, 'failed', 'cancelled');
      delivery.story.ended(await CancellationScope.nonCancellable(end));
    }
    throw error;
  }
}

function openDelivery(input: DeliveryInput): Delivery {
  const story = new Story(input.update, input.resume?.round.number);
  const forced = input.retryOf?.force ?? input.resume?.forced;
  const inbox = openInbox(input.resume?.retries ?? [], () => story.whyNoRetry(), forced);
  return { workflowId: workflowInfo().workflowId, input, inbox, story };
}

async function deliver(delivery: Delivery): Promise<DeliveryResult> {
  const { resume } = delivery.input;
  if (resume) {
    delivery.story.decided(resume.decision);
    return pushUntilSettled(delivery, resume);
  }
  const announcement = await announce(delivery);
  return 'outcome' in announcement ? announcement : pushUntilSettled(delivery, announcement);
}

/** Finds out what is to be told, and to whom; or that there is nothing to tell. */
async function announce(delivery: Delivery): Promise<Announcement | DeliveryResult> {
  const { workflowId, input, inbox, story } = delivery;
  const { update, retryOf } = input;

  story.goesOn(retryOf ?? null);
  const reopen = retryOf !== undefined;
  const stored = { workflowId, update, reopen, ...inbox.forced() };
  const decision = await localFirst('persistWaybill', `persist waybill ${update.trackingNo}`, stored);
  story.decided(decision);
  const { verdict } = decision;
  if (verdict !== 'announce') {
    return { outcome: verdict, reason: verdict, audiences: [] };
  }
  await Promise.all(decision.supersedes.map(supersede));
  if (decision.tooOld) return endUnsent(delivery, TOO_OLD.outcome, TOO_OLD.reason);

  const recipients = await recipientsOnceOrdered(delivery, decision.waybillId);
  if ('outcome' in recipients) return recipients;
  story.resolved(recipients);

  const { carrier, trackingNo } = update;
  const people = { workflowId, carrier, trackingNo, decision, recipients };
  const notifications = await localFirst('upsertNotifications', 'upsert notifications', people);
  const round = { number: (decision.lastRound ?? 0) + 1, only: retryOf?.devices };
  return { decision, notifications, round };
}

/** An older delivery that has closed meanwhile has nothing left to stop. */
async function supersede(workflowId: string): Promise<void> {
  await getExternalWorkflowHandle(workflowId)
    .signal(supersedeSignal)
    .catch(() => undefined);
}

/** Finds the people, and waits for the order that names them. */
async function recipientsOnceOrdered(
  delivery: Delivery,
  waybillId: string,
): Promise<Recipients | DeliveryResult> {
  const { workflowId, input, inbox, story } = delivery;
  for (;;) {
    const search = { workflowId, waybillId, limitMs: input.limits.order, ...inbox.forced() };
    const resolution = await localFirst('resolveRecipients', 'resolve recipients', search);
    switch (resolution.kind) {
      case 'found':
        return resolution.recipients;
      case 'superseded':
        return endUnsent(delivery, 'superseded', 'newer-status');
      case 'gave-up':
        return endUnsent(delivery, 'no-targets', resolution.tooOld ? TOO_OLD.reason : 'no-order');
      case 'order-not-found':
        story.waitsForOrder(resolution.until);
        await arrivalOrDeadline(inbox, resolution.until);
        story.goesOn(inbox.take().retry);
    }
  }
}

/** Pushes rounds until nothing is left to wait for. */
async function pushUntilSettled(delivery: Delivery, announcement: Announcement): Promise<DeliveryResult> {
  const { inbox, story } = delivery;
  let { round } = announcement;
  for (;;) {
    const outcome = await pushRound(delivery, { ...announcement, round });
    story.recorded(outcome);
    if (outcome.lookAgain) continue;
    if (outcome.wakeAt !== null) await arrivalOrDeadline(inbox, outcome.wakeAt);

    // Closing is a loop: what arrived while the outcome was being recorded is looked at before the end.
    await condition(allHandlersFinished);
    if (outcome.wakeAt === null && inbox.isEmpty()) {
      const { sendStatus, audiences } = outcome;
      // A history may hold the sentence that stood here before there were codes.
      const reason = readEndReason(outcome.reason) ?? 'by-audience';
      return { outcome: sendStatus, reason, audiences };
    }
    const { retry } = inbox.take();
    story.goesOn(retry);
    round = retry ? { number: round.number + 1, only: retry.devices } : { number: round.number };
  }
}

/** Pushes to every device of a round, and records how it ended. */
async function pushRound(delivery: Delivery, announcement: Announcement): Promise<Outcome> {
  const { workflowId, input, inbox } = delivery;
  const { notifications, round } = announcement;
  const results = await pushToDevices(delivery, announcement);
  const { limits } = input;
  const ended = { workflowId, notifications, round: round.number, results, limits, ...inbox.forced() };
  return localFirst('recordOutcome', 'record outcome', ended);
}

/** Pushes to the devices of one page; a following page gets a run and a history of its own. */
async function pushToDevices(delivery: Delivery, announcement: Announcement): Promise<PushResult[]> {
  const { workflowId, input, inbox, story } = delivery;
  const { notifications, round } = announcement;
  const { number, only } = round;
  const search = { workflowId, notifications, round: number, only };
  const { devices, more } = await localFirst('findDevices', 'find devices', search);
  story.pushing(number, { devices, more });
  const merchantId = notifications.find(({ audience }) => audience === 'merchant')?.recipientId;
  const { limits } = input;
  const results = await pushPage({ devices, round: number, ...inbox.forced(), limits, merchantId });
  story.pushed(results);
  if (!more) return results;

  await localFirst('recordResults', 'record results', { workflowId, round: number, results });
  await condition(allHandlersFinished);
  const { force: forced } = inbox.forced();
  const resume = { ...announcement, retries: inbox.pendingRetries(), ...(forced && { forced }) };
  return continueAsNew<typeof deliveryNotification>({ ...input, resume });
}

async function arrivalOrDeadline(inbox: Inbox, deadline: string): Promise<void> {
  const left = Math.max(Date.parse(deadline) - Date.now(), SHORTEST_WAIT_MS);
  await condition(() => !inbox.isEmpty(), left);
}

/** Closes a delivery that tells nobody anything, with its reason. */
async function endUnsent(
  { workflowId }: Delivery,
  outcome: 'superseded' | 'no-targets' | 'failed',
  reason: EndReason,
): Promise<DeliveryResult> {
  await localFirst('endUnsent', 'record outcome', { workflowId, sendStatus: outcome, reason });
  return { outcome, reason, audiences: [] };
}
