import { membersAgainMs, type WaitLimits } from '../shipment/attention';
import type { ShopTables } from '../config/config';
import {
  countPushes,
  type PushCounts,
  writeResults,
  writeSendStatuses,
  type WrittenSendStatus,
} from '../database/pushes';
import { everHadDevice, findDevices } from '../database/find-devices';
import { findStaff, peopleOf } from '../database/members';
import { inTransaction, leaveToCommit, type Queryable } from '../database/pool';
import { selectStanding, writeUpdateState, type DeliveryStanding } from '../database/updates';
import { upsertWait, type WaitName, type WaitState } from '../database/waits';
import {
  ATTENTION_OF,
  judgeAudience,
  judgeEnded,
  overallStatus,
  type AudienceFacts,
  type AudienceOutcome,
  type NotificationRef,
  type Outcome,
  type PushResult,
  type Recipients,
  type ToldParcel,
} from '../shipment/delivery';
import type { EndReason } from '../shipment/end-reason';
import { TOO_OLD } from '../shipment/news-age';
import { RENUMBERED } from '../shipment/renumbered';
import type { Audience } from '../shipment/update';
import { isWithheld, WITHOUT_PUSH, type Withheld } from '../shipment/who-is-told';
import type { ActivityDeps } from './deps';
import { followForLook, sharedUpdateOf } from './follow-order';
import { releaseLeft } from './release-left';

export interface RecordOutcomeInput {
  readonly workflowId: string;
  readonly notifications: readonly NotificationRef[];
  readonly round: number;
  readonly results: readonly PushResult[];
  readonly limits: WaitLimits;
  /** A person wants it told however old it is. */
  readonly force?: boolean;
  /** The devices that the round was for; all when absent. */
  readonly only?: readonly string[];
  /** What the notifications tell; older histories lack it. */
  readonly parcel?: ToldParcel;
  /** The people of the merchant could not be found. */
  readonly membersUnknown?: boolean;
}

/**
 * Writes how a round ended: all results once more, the send status of each notification, what the delivery
 * waits for now, and whether it is closed. After the commit it looks once more for devices, so that one
 * registered in between is not lost, and for what was left to messages that are told to nobody now.
 */
export function createRecordOutcome(deps: ActivityDeps) {
  const { pool, shopTables } = deps;
  return async function recordOutcome(input: RecordOutcomeInput): Promise<Outcome> {
    const { workflowId, round } = input;
    const outcome = await inTransaction(pool, async (db) => {
      // One behind the other: the results count for what is read.
      const [, { tooOld, lastRound, ...place }, followed] = await Promise.all([
        writeResults(db, workflowId, round, input.results),
        selectStanding(db, workflowId),
        followForLook(db, deps, input),
      ]);
      const standing = { ...place, tooOld: tooOld && !input.force };
      const { notifications, recipients, withheld } = followed;
      const pushesOf = await countPushes(
        db,
        notifications.map(({ messageId }) => messageId),
      );
      const audiences: AudienceOutcome[] = [];
      const waits: KeptWait[] = [];
      const statuses: WrittenSendStatus[] = [];
      for (const notification of notifications) {
        const withoutPush = isWithoutPush(deps, notification.audience, recipients);
        const { outcome, status, wait } = await judge(db, shopTables, input, notification, {
          ...{ ...standing, withoutPush, pushes: pushesOf(notification.messageId) },
        });
        audiences.push(outcome);
        if (status !== null) statuses.push(status);
        if (wait !== null) waits.push(wait);
      }
      const waiting = audiences.filter(({ attention }) => attention !== null);
      for (const [audience, reason] of Object.entries(withheld) as [Audience, Withheld][]) {
        if (!audiences.some((one) => one.audience === audience)) audiences.push(untold(audience, reason));
      }
      const sendStatus = overallStatus(toldOf(audiences).map((audience) => audience.sendStatus));
      const reason = reasonOf(notifications, audiences, standing);
      await leaveToCommit(db, [
        writeSendStatuses(db, statuses),
        writeUpdateState(db, workflowId, {
          ...{ closed: waiting.length === 0, outcome: sendStatus, reason },
          // An expired wait keeps its row until the delivery closes: a new row would start a new deadline.
          waitsFor: waiting.length > 0 ? waits.map(({ name }) => name) : [],
        }),
      ]);
      const [first] = waits.filter(({ expired }) => !expired).sort((a, b) => a.wakeInMs - b.wakeInMs);
      return {
        ...{ sendStatus, reason, audiences },
        ...{ wakeAt: first?.until ?? null, wakeInMs: first?.wakeInMs ?? null },
        lastRound,
        ...(recipients && { recipients }),
      };
    });
    if (input.parcel && isTakenBack(outcome))
      await releaseLeft(deps, sharedUpdateOf({ workflowId, ...input.parcel }));
    // Who belongs to a merchant is asked again by and by, and not at once.
    const lacking = outcome.audiences.filter(
      ({ attention }) => attention !== null && attention !== ATTENTION_OF.members,
    );
    return { ...outcome, lookAgain: await deviceTurnedUp(input, lacking) };
  };

  async function deviceTurnedUp(
    input: RecordOutcomeInput,
    lacking: readonly AudienceOutcome[],
  ): Promise<boolean> {
    if (lacking.length === 0) return false;
    const { round, only } = input;
    return inTransaction(pool, async (db) => {
      const { named } = await followForLook(db, deps, input);
      for (const notification of named) {
        if (!lacking.some(({ audience }) => audience === notification.audience)) continue;
        const { audience, recipientId } = notification;
        const staff = peopleOf(await findStaff(db, shopTables, audience, recipientId));
        const search = { notification, staff, round, only, limit: 1, pushOnlyTo: deps.pushOnlyTo };
        if ((await findDevices(db, shopTables, search)).length > 0) return true;
      }
      return false;
    });
  }
}

/** Whether somebody is told nothing of it, for a reason of this row alone: its number, or its order. */
const isTakenBack = ({ audiences, reason }: Pick<Outcome, 'audiences' | 'reason'>): boolean =>
  reason !== 'newer-status' &&
  audiences.some(({ sendStatus, accepted }) => sendStatus === 'superseded' && accepted === 0);

/** Whether the owner of this audience has no phone by design: the buyer of this order, or all. */
function isWithoutPush(
  { withoutPush = [] }: Pick<ActivityDeps, 'withoutPush'>,
  audience: Audience,
  recipients: Recipients | undefined,
): boolean {
  const says = audience === 'user' ? recipients?.facts?.buyerPush : undefined;
  return says == null ? withoutPush.includes(audience) : says === 'without';
}

const untold = (audience: Audience, reason: Withheld): AudienceOutcome => ({
  ...{ audience, sendStatus: 'superseded', accepted: 0, failed: 0, attention: null, until: null, reason },
});

/** Those by which the whole delivery is judged: who is told nothing counts only where nobody else is there. */
function toldOf(audiences: readonly AudienceOutcome[]): readonly AudienceOutcome[] {
  const told = audiences.filter(({ reason }) => !isWithheld(reason));
  return told.length > 0 ? told : audiences;
}

type Standing = Omit<DeliveryStanding, 'lastRound'>;

/** A wait of the delivery, under the name by which it is kept. */
interface KeptWait extends WaitState {
  readonly name: WaitName;
  /** When the delivery looks again by itself; milliseconds. */
  readonly wakeInMs: number;
}

interface Judged {
  readonly outcome: AudienceOutcome;
  /** What its row is to say; `null`: what it says. */
  readonly status: WrittenSendStatus | null;
  readonly wait: KeptWait | null;
}

async function judge(
  db: Queryable,
  tables: ShopTables,
  { workflowId, limits, force = false, membersUnknown = false }: RecordOutcomeInput,
  notification: NotificationRef,
  known: Standing & Pick<AudienceFacts, 'withoutPush'> & { readonly pushes: PushCounts },
): Promise<Judged> {
  const { messageId, audience, recipientId, ended: why } = notification;
  const { pushes: counted, ...standing } = known;
  const { tooLate, ...pushes } = counted;
  if (why !== undefined) {
    const sendStatus = judgeEnded(pushes);
    const outcome = { audience, sendStatus, ...pushes, attention: null, until: null };
    const isUntold = pushes.accepted === 0 && isWithheld(why);
    return { outcome: { ...outcome, ...(isUntold && { reason: why }) }, status: null, wait: null };
  }
  // Whether there ever was a phone says nothing more where one was pushed to.
  const isUntold = pushes.accepted + pushes.failed === 0;
  const staff = isUntold ? await findStaff(db, tables, audience, recipientId) : null;
  const { sendStatus, need, reason } = judgeAudience({
    audience,
    ...pushes,
    ...standing,
    tooLate,
    everHadDevice: isUntold && (await everHadDevice(db, tables, notification, peopleOf(staff))),
    membersUnknown: membersUnknown && audience === 'merchant',
  });
  const ended = standing.renumbered && sendStatus === 'superseded' ? RENUMBERED.reason : null;
  const lastError = need ? ATTENTION_OF[need.kind] : (reason ?? ended);
  const status = { messageId, sendStatus, lastError };
  if (need === null) {
    const outcome = { audience, sendStatus, ...pushes, attention: null, until: null };
    return { outcome: { ...outcome, ...(reason && { reason }) }, status, wait: null };
  }
  const { kind, limit } = need;
  const limitMs = limits[limit];
  const wait = await upsertWait(db, workflowId, { kind, audience, ownerId: recipientId, limitMs, force });
  const { leftMs } = wait;
  const wakeInMs = kind === 'members' ? Math.min(membersAgainMs(limitMs - leftMs), leftMs) : leftMs;
  return {
    outcome: {
      audience,
      sendStatus,
      ...pushes,
      attention: wait.expired ? null : ATTENTION_OF[kind],
      until: wait.expired ? null : wait.until,
    },
    status,
    wait: { ...wait, name: `${kind}/${audience}`, wakeInMs },
  };
}

function reasonOf(
  notifications: readonly NotificationRef[],
  audiences: readonly AudienceOutcome[],
  { current, renumbered, tooOld }: Standing,
): EndReason {
  const withheld = audiences.find(({ reason }) => isWithheld(reason))?.reason;
  const gone = notifications
    .filter(({ ended }) => ended === 'recipient-gone')
    .map(({ audience }) => audience);
  if (audiences.every(({ audience, reason }) => isWithheld(reason) || gone.includes(audience)))
    return withheld ?? 'nobody-named';
  if (!current) return renumbered ? RENUMBERED.reason : 'newer-status';
  if (notifications.some(({ ended }) => ended === 'notification-deleted')) return 'notification-deleted';
  const toTell = toldOf(audiences);
  if (toTell.every(({ reason }) => reason === WITHOUT_PUSH)) return WITHOUT_PUSH;
  const told = toTell.every(({ sendStatus }) => sendStatus === 'success');
  return tooOld && !told ? TOO_OLD.reason : 'by-audience';
}

export interface RecordResultsInput {
  readonly workflowId: string;
  readonly round: number;
  readonly results: readonly PushResult[];
}

/** Writes the results of one page once more, before the workflow forgets them and goes on with the next. */
export function createRecordResults({ pool }: ActivityDeps) {
  return function recordResults({ workflowId, round, results }: RecordResultsInput): Promise<void> {
    return inTransaction(pool, (db) => writeResults(db, workflowId, round, results));
  };
}
