import { allHandlersFinished, condition, patched } from '@temporalio/workflow';
import {
  merchantOf,
  type DevicePage,
  type NotificationRef,
  type Outcome,
  type PushResult,
  type ToldParcel,
} from '../shipment/delivery';
import { readEndReason } from '../shipment/end-reason';
import { CHANGES } from './changes';
import type { Announcement, DeliveryResult } from './contract';
import { arrivalOrDeadline, goOnAsNewRun, goOnWhereSuggested, type Delivery } from './delivery';
import { localFirst } from './local-first';
import { pushPage } from './push-page';

/** Passes that pushed to nobody, one after another, before a delivery waits although devices seem to be there. */
const MOST_IDLE_PASSES = 2;

/** Pushes rounds until nothing is left to wait for. */
export async function pushUntilSettled(
  delivery: Delivery,
  announcement: Announcement,
): Promise<DeliveryResult> {
  const { inbox, story } = delivery;
  let { round, notifications } = announcement;
  let idlePasses = 0;
  /** The round that was begun last; a run that goes on after another one is in the middle of it. */
  let begun = delivery.input.resume?.round.number;
  for (;;) {
    const isFirst = round.number !== begun;
    begun = round.number;
    const pass = await pushRound(delivery, { ...announcement, notifications, round }, isFirst);
    const { outcome } = pass;
    ({ notifications } = pass);
    story.named(outcome.recipients);
    story.recorded(outcome);
    const goesOn = { ...announcement, notifications };
    idlePasses = pass.tried ? 0 : idlePasses + 1;
    if (outcome.lookAgain && (idlePasses < MOST_IDLE_PASSES || !patched(CHANGES.idleLooksWait))) {
      await goOnWhereSuggested(delivery, { ...goesOn, round });
      continue;
    }
    if (outcome.wakeAt !== null) await arrivalOrDeadline(delivery, outcome.wakeAt, outcome.wakeInMs);

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
    await goOnWhereSuggested(delivery, { ...goesOn, round });
  }
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
async function pushRound(delivery: Delivery, announcement: Announcement, isFirst: boolean): Promise<Pass> {
  const { workflowId, input, inbox } = delivery;
  const { number, only } = announcement.round;
  const { results, notifications, membersUnknown } = await pushToDevices(delivery, announcement, isFirst);
  const parcel = toldParcel(delivery, announcement);
  const outcome = await localFirst('recordOutcome', 'record outcome', {
    ...{ workflowId, notifications, round: number, only },
    ...{ results, limits: input.limits, parcel },
    ...(membersUnknown && { membersUnknown }),
    ...inbox.forced(),
  });
  return { outcome, notifications, tried: results.some(({ state }) => state !== 'moved') };
}

function toldParcel({ input: { update } }: Delivery, { decision }: Announcement): ToldParcel {
  const { carrier, trackingNo } = update;
  return { carrier, trackingNo, decision };
}

/** What became of the last page of a round. */
interface PushedPage extends Pick<DevicePage, 'membersUnknown'> {
  readonly results: PushResult[];
  readonly notifications: readonly NotificationRef[];
}

/** Pushes to the devices of one page; a following page gets a run and a history of its own. */
async function pushToDevices(
  delivery: Delivery,
  announcement: Announcement,
  isFirst: boolean,
): Promise<PushedPage> {
  const { workflowId, input, inbox, story } = delivery;
  const { round, notifications: before } = announcement;
  const { number, only } = round;
  const parcel = toldParcel(delivery, announcement);
  const search = { workflowId, notifications: before, round: number, only, parcel, isFirst };
  const page = await localFirst('findDevices', 'find devices', search);
  const { devices, more, notifications = before, membersUnknown } = page;
  story.named(page.recipients);
  story.pushing(number, { devices, more });
  const { limits } = input;
  const merchantId = merchantOf(notifications);
  const results = await pushPage({ devices, round: number, ...inbox.forced(), limits, merchantId });
  story.pushed(results);
  if (!more) return { results, notifications, ...(membersUnknown && { membersUnknown }) };

  await localFirst('recordResults', 'record results', { workflowId, round: number, results });
  return goOnAsNewRun(delivery, { ...announcement, notifications });
}
