import {
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import type { Recipients } from '../shipment/delivery';
import { TOO_OLD } from '../shipment/news-age';
import { RENUMBERED } from '../shipment/renumbered';
import { inMarkdown } from '../shipment/shown-text';
import type { Announcement, DeliveryInput, DeliveryResult } from './contract';
import { arrivalOrDeadline, endUnsent, goOnWhereSuggested, openDelivery, type Delivery } from './delivery';
import { isDataRefused, localFirst } from './local-first';
import { supersedeSignal } from './messages';
import { pushUntilSettled } from './push-rounds';

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
  const { update, retryOf, reread, waybillId } = input;

  story.goesOn(retryOf ?? null);
  const reopen = retryOf !== undefined;
  const row = waybillId !== undefined && { waybillId };
  const goesOn = workflowInfo().continuedFromExecutionRunId !== undefined && { goesOn: true as const };
  const stored = {
    workflowId,
    update,
    reopen,
    ...row,
    ...(reread && { reread }),
    ...inbox.forced(),
    ...goesOn,
  };
  const decision = await localFirst(
    'persistWaybill',
    `persist waybill ${inMarkdown(update.trackingNo)}`,
    stored,
  );
  story.decided(decision);
  const { verdict } = decision;
  await Promise.all(decision.supersedes.map(supersede));
  if (verdict !== 'announce') {
    return { outcome: verdict, reason: verdict, audiences: [] };
  }
  if (decision.renumbered) return endUnsent(delivery, RENUMBERED.outcome, RENUMBERED.reason);
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
        return endUnsent(delivery, 'superseded', resolution.renumbered ? RENUMBERED.reason : 'newer-status');
      case 'gave-up':
        return endUnsent(delivery, 'no-targets', resolution.tooOld ? TOO_OLD.reason : 'no-order');
      case 'order-not-found':
        story.waitsForOrder(resolution.until);
        await arrivalOrDeadline(delivery, resolution.until, resolution.waitMs);
        story.goesOn(inbox.drain().retry);
        await goOnWhereSuggested(delivery);
    }
  }
}

/**
 * Ends a delivery whose data the database refuses: another try would be refused too. Where not even its decision could
 * be stored there is no row that could say so, and the workflow fails.
 */
async function endRefused(delivery: Delivery, error: unknown): Promise<DeliveryResult> {
  if (!delivery.story.isDecided()) throw error;
  return endUnsent(delivery, 'failed', 'data-refused');
}
