import type { WaitLimits } from '../shipment/attention';
import { countPushes, writeResults, writeSendStatus } from '../database/pushes';
import { everHadDevice, findDevices } from '../database/find-devices';
import { inTransaction, type Queryable } from '../database/pool';
import { selectStanding, writeUpdateState, type DeliveryStanding } from '../database/updates';
import { deleteOtherWaits, upsertWait, WAIT_KIND_OF_ATTENTION } from '../database/waits';
import {
  judgeAudience,
  overallStatus,
  type AudienceOutcome,
  type NotificationRef,
  type Outcome,
  type PushResult,
} from '../shipment/delivery';
import type { EndReason } from '../shipment/end-reason';
import { TOO_OLD } from '../shipment/news-age';
import type { ActivityDeps } from './deps';

export interface RecordOutcomeInput {
  readonly workflowId: string;
  readonly notifications: readonly NotificationRef[];
  readonly round: number;
  readonly results: readonly PushResult[];
  readonly limits: WaitLimits;
  /** A person wants it told however old it is. */
  readonly force?: boolean;
}

/**
 * Writes how a round ended: all results once more, the send status of each notification, what the delivery
 * waits for now, and whether it is closed. After the commit it looks once more for devices, so that one
 * registered in between is not lost.
 */
export function createRecordOutcome({ pool }: ActivityDeps) {
  return async function recordOutcome(input: RecordOutcomeInput): Promise<Outcome> {
    const { workflowId, notifications, round } = input;
    const outcome = await inTransaction(pool, async (db) => {
      await writeResults(db, workflowId, round, input.results);
      const { current, tooOld } = await selectStanding(db, workflowId);
      const standing = { current, tooOld: tooOld && !input.force };
      const audiences: AudienceOutcome[] = [];
      const waits: string[] = [];
      for (const notification of notifications) {
        const { outcome, wait } = await judge(db, input, notification, standing);
        audiences.push(outcome);
        if (wait !== null) waits.push(wait);
      }
      const waiting = audiences.filter(({ attention }) => attention !== null);
      // An expired wait keeps its row until the delivery closes: a new row would start a new deadline.
      await deleteOtherWaits(db, workflowId, waiting.length > 0 ? waits : []);
      const sendStatus = overallStatus(audiences.map((audience) => audience.sendStatus));
      const reason = reasonOf(audiences, standing);
      await writeUpdateState(db, workflowId, { closed: waiting.length === 0, outcome: sendStatus, reason });
      const deadlines = waiting.flatMap(({ until }) => until ?? []).sort();
      return { sendStatus, reason, audiences, wakeAt: deadlines[0] ?? null };
    });
    const lacking = outcome.audiences.filter(({ attention }) => attention === 'no-targets');
    return { ...outcome, lookAgain: await deviceTurnedUp(input, lacking) };
  };

  async function deviceTurnedUp(
    { notifications, round }: RecordOutcomeInput,
    lacking: readonly AudienceOutcome[],
  ): Promise<boolean> {
    if (lacking.length === 0) return false;
    return inTransaction(pool, async (db) => {
      for (const notification of notifications) {
        if (!lacking.some(({ audience }) => audience === notification.audience)) continue;
        if ((await findDevices(db, { notification, round, limit: 1 })).length > 0) return true;
      }
      return false;
    });
  }
}

async function judge(
  db: Queryable,
  { workflowId, limits, force = false }: RecordOutcomeInput,
  { messageId, audience, recipientId }: NotificationRef,
  standing: DeliveryStanding,
): Promise<{ outcome: AudienceOutcome; wait: string | null }> {
  const { tooLate, ...pushes } = await countPushes(db, messageId);
  const { sendStatus, need } = judgeAudience({
    audience,
    ...pushes,
    ...standing,
    tooLate,
    everHadDevice: await everHadDevice(db, audience, recipientId),
  });
  const kind = need && WAIT_KIND_OF_ATTENTION[need.attention];
  const wait =
    need && kind
      ? await upsertWait(db, workflowId, {
          kind,
          audience,
          ownerId: recipientId,
          limitMs: limits[need.limit],
          force,
        })
      : null;
  await writeSendStatus(db, messageId, sendStatus, need && need.attention);
  const open = wait !== null && !wait.expired;
  return {
    outcome: {
      audience,
      sendStatus,
      ...pushes,
      attention: open && need ? need.attention : null,
      until: open ? wait.until : null,
    },
    wait: kind && `${kind}/${audience}`,
  };
}

function reasonOf(audiences: readonly AudienceOutcome[], { current, tooOld }: DeliveryStanding): EndReason {
  if (audiences.length === 0) return 'nobody-named';
  if (!current) return 'newer-status';
  const told = audiences.every(({ sendStatus }) => sendStatus === 'success');
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
