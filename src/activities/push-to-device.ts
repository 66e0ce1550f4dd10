import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { claimPush, type Claim } from '../database/claim-push';
import { deactivateDevice } from '../database/deactivate-device';
import { inTransaction } from '../database/pool';
import { writePush, type PushEnd } from '../database/write-push';
import { pushText } from '../push/message-text';
import type { PushAnswer } from '../push/provider';
import { requestId } from '../push/request-id';
import { retryDelayMs } from '../push/retry-delay';
import type { DeviceRef, PushResult, PushState } from '../shipment/delivery';
import type { ActivityDeps } from './deps';

export interface PushToDeviceInput {
  readonly workflowId: string;
  readonly device: DeviceRef;
  readonly round: number;
}

/** A provider that needs longer is asked again: phones wait for news, not for a slow socket. */
const REQUEST_TIMEOUT_MS = 5_000;

const STATE_OF_CLASS = { accepted: 'accepted', deactivate: 'deactivated', fail: 'failed' } as const;

/**
 * Pushes one notification to one device: one try is at most one HTTP request.
 * @throws ApplicationFailure `PushRetryLater` when the provider asks to try again; Temporal's timer waits.
 */
export function createPushToDevice({ pool, providers, log }: ActivityDeps) {
  return async function pushToDevice({ workflowId, device, round }: PushToDeviceInput): Promise<PushResult> {
    const { messageId, deviceId } = device;
    const end = (state: PushState, reason: string, words = ''): PushResult => ({
      ...device,
      state,
      reason,
      words,
    });

    // A definite rejection whose write failed left its generation here: the next request needs a fresh id.
    const atLeastGeneration = (activityInfo().heartbeatDetails as number | undefined) ?? 0;
    const task = { workflowId, messageId, deviceId, round, atLeastGeneration };
    const claim = await inTransaction(pool, (db) => claimPush(db, task));
    if (claim === null) return end('failed', 'notification_missing');
    if (claim.storedState === 'accepted') return end('accepted', 'accepted_before');
    if (claim.superseded) return end('superseded', 'newer_status');
    if (claim.generation === null) return end('moved', claim.reachable ? 'taken' : 'not_the_owner');

    const answer = await sendOnce(claim, claim.generation, device);
    const written = await write(answer, device, claim.claimedAt).catch((error: unknown) => {
      // The push itself is done: its result reaches recordOutcome, which writes all results again.
      log.warn({ err: error, messageId, deviceId }, 'the result of a push could not be written yet');
      return false;
    });
    if (answer.class !== 'retry') return end(STATE_OF_CLASS[answer.class], answer.reason, answer.words);

    if (!written && answer.definite) heartbeat(claim.generation + 1);
    throw ApplicationFailure.create({
      type: 'PushRetryLater',
      // Expected: no warning in the log and no failure in the metrics for a provider that is busy.
      category: ApplicationFailureCategory.BENIGN,
      message: `${answer.reason}: ${answer.words}`,
      nextRetryDelay: retryDelayMs({
        attempt: activityInfo().attempt,
        retryAfterMs: answer.retryAfterMs ?? 0,
        random: Math.random(),
      }),
    });
  };

  async function sendOnce(claim: Claim, generation: number, device: DeviceRef): Promise<PushAnswer> {
    const provider = providers.get(claim.provider);
    if (!provider) {
      return { class: 'fail', reason: 'provider_unknown', words: claim.provider, definite: true };
    }
    const message = {
      messageId: device.messageId,
      appid: claim.appid,
      cid: claim.cid,
      ...pushText(claim),
      requestId: requestId(device.messageId, device.deviceId, generation),
    };
    return provider.send(
      message,
      AbortSignal.any([cancellationSignal(), AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    );
  }

  async function write(
    answer: PushAnswer,
    { messageId, deviceId }: DeviceRef,
    triedAt: Date,
  ): Promise<boolean> {
    return inTransaction(pool, async (db) => {
      await writePush(db, { messageId, deviceId }, toEnd(answer));
      if (answer.class === 'deactivate') await deactivateDevice(db, deviceId, answer.reason, triedAt);
      return true;
    });
  }
}

function toEnd(answer: PushAnswer): PushEnd {
  const state = answer.class === 'retry' ? 'retry' : STATE_OF_CLASS[answer.class];
  return { state, reason: answer.reason, words: answer.words, definite: answer.definite };
}
