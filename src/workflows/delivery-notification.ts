import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import type { NotificationRef, Outcome, PushResult, Recipients, ToldParcel } from '../shipment/delivery';
import { readEndReason, type EndReason } from '../shipment/end-reason';
import { TOO_OLD } from '../shipment/news-age';
import type { Announcement, DeliveryInput, DeliveryResult } from './contract';
import { openInbox, type Inbox } from './inbox';
import { isDataRefused, localFirst } from './local-first';
import { supersedeSignal } from './messages';
import { pushPage } from './push-page';
import { Story } from './story';

/** However soon a deadline is: nothing is looked at in a rush. */
const SHORTEST_WAIT_MS = 1_000;

/** Passes that pushed to nobody, one after another, before a delivery waits although devices seem to be there. */
const MOST_IDLE_PASSES = 2;

/** The changes to what a run does that older histories lack, by the names under which they are marked. */
const CHANGES = { idleLooksWait: 'idle-looks-wait', shortHistories: 'short-histories' } as const;

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
    if (isDataRefused(error)) return delivery.story.ended(await endRefused(delivery, error));
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
        await arrivalOrDeadline(inbox, resolution.until, resolution.waitMs);
        story.goesOn(inbox.drain().retry);
        await goOnAsNewRun(() => input);
    }
  }
}

/** Pushes rounds until nothing is left to wait for. */
async function pushUntilSettled(delivery: Delivery, announcement: Announcement): Promise<DeliveryResult> {
  const { inbox, story } = delivery;
  let { round, notifications } = announcement;
  let idlePasses = 0;
  for (;;) {
    const pass = await pushRound(delivery, { ...announcement, notifications, round });
    const { outcome } = pass;
    ({ notifications } = pass);
    story.recorded(outcome);
    const goesOn = { ...announcement, notifications };
    idlePasses = pass.tried ? 0 : idlePasses + 1;
    if (outcome.lookAgain && (idlePasses < MOST_IDLE_PASSES || !patched(CHANGES.idleLooksWait))) {
      await goOnAsNewRun(() => resumed(delivery, { ...goesOn, round }));
      continue;
    }
    if (outcome.wakeAt !== null) await arrivalOrDeadline(inbox, outcome.wakeAt, outcome.wakeInMs);

    // Closing is a loop: what arrived while the outcome was being recorded is looked at before the end.
    await condition(allHandlersFinished);
    if (outcome.wakeAt === null && inbox.isEmpty()) {
      const { sendStatus, audiences } = outcome;
      // A history may hold the sentence that stood here before there were codes.
      const reason = readEndReason(outcome.reason) ?? 'by-audience';
      return { outcome: sendStatus, reason, audiences };
    }
    const { retry } = inbox.drain();
    story.goesOn(retry);
    // A run that was reset knows less than the database of what was pushed.
    const last = Math.max(round.number, outcome.lastRound ?? 0);
    round = retry ? { number: last + 1, only: retry.devices } : { number: round.number };
    idlePasses = 0;
    await goOnAsNewRun(() => resumed(delivery, { ...goesOn, round }));
  }
}

/** Goes on as a new run when the server suggests it: ten thousand signals or retries are no endless history. */
async function goOnAsNewRun(next: () => DeliveryInput): Promise<void> {
  if (!workflowInfo().continueAsNewSuggested || !patched(CHANGES.shortHistories)) return;
  await condition(allHandlersFinished);
  await continueAsNew<typeof deliveryNotification>(next());
}

/** One pass over the devices, and how it ended. */
interface Pass {
  readonly outcome: Outcome;
  /** As their rows are now. */
  readonly notifications: readonly NotificationRef[];
  /** Whether a provider was asked for any device. */
  readonly tried: boolean;
}

/** Pushes to every device of a round, and records how it ended. */
async function pushRound(delivery: Delivery, announcement: Announcement): Promise<Pass> {
  const { workflowId, input, inbox } = delivery;
  const { number, only } = announcement.round;
  const { results, notifications } = await pushToDevices(delivery, announcement);
  const parcel = toldParcel(delivery, announcement);
  const outcome = await localFirst('recordOutcome', 'record outcome', {
    ...{ workflowId, notifications, round: number, only },
    ...{ results, limits: input.limits, parcel },
    ...inbox.forced(),
  });
  return { outcome, notifications, tried: results.some(({ state }) => state !== 'moved') };
}

function toldParcel({ input: { update } }: Delivery, { decision }: Announcement): ToldParcel {
  const { carrier, trackingNo } = update;
  return { carrier, trackingNo, decision };
}

/** What the run is started with that goes on after this one. */
function resumed({ input, inbox }: Delivery, announcement: Announcement): DeliveryInput {
  const { force: forced } = inbox.forced();
  const retries = inbox.pendingRetries();
  return { ...input, resume: { ...announcement, retries, ...(forced && { forced }) } };
}

/** Pushes to the devices of one page; a following page gets a run and a history of its own. */
async function pushToDevices(
  delivery: Delivery,
  announcement: Announcement,
): Promise<{ results: PushResult[]; notifications: readonly NotificationRef[] }> {
  const { workflowId, input, inbox, story } = delivery;
  const { round, notifications: before } = announcement;
  const { number, only } = round;
  const parcel = toldParcel(delivery, announcement);
  const search = { workflowId, notifications: before, round: number, only, parcel };
  const page = await localFirst('findDevices', 'find devices', search);
  const { devices, more, notifications = before } = page;
  story.pushing(number, { devices, more });
  const merchantId = notifications.find(({ audience }) => audience === 'merchant')?.recipientId;
  const { limits } = input;
  const results = await pushPage({ devices, round: number, ...inbox.forced(), limits, merchantId });
  story.pushed(results);
  if (!more) return { results, notifications };

  await localFirst('recordResults', 'record results', { workflowId, round: number, results });
  await condition(allHandlersFinished);
  return continueAsNew<typeof deliveryNotification>(resumed(delivery, { ...announcement, notifications }));
}

/** @param leftMs until then by the clock that set the deadline; older histories have the deadline alone */
async function arrivalOrDeadline(inbox: Inbox, deadline: string, leftMs?: number | null): Promise<void> {
  const left = leftMs ?? Date.parse(deadline) - Date.now();
  await condition(() => !inbox.isEmpty(), Math.max(left, SHORTEST_WAIT_MS));
}

/**
 * Ends a delivery whose data the database refuses: another try would be refused too. Where not even its decision could
 * be stored there is no row that could say so, and the workflow fails.
 */
async function endRefused(delivery: Delivery, error: unknown): Promise<DeliveryResult> {
  if (!delivery.story.isDecided()) throw error;
  return endUnsent(delivery, 'failed', 'data-refused');
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
