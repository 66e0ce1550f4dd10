import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { isPhoneOfMember, membersToAsk } from '../database/members';
import { claimPush, type Claim } from '../database/pushes';
import { inAutocommit, inTransaction, type Queryable, STATEMENT_TIMEOUT_MS } from '../database/pool';
import { createHeldLooks, LONGEST_LOOK_MS } from '../push/held-looks';
import { shapeMessage } from './shape-message';
import type { PushAnswer } from '../push/provider';
import type { HoldCause } from '../shipment/device';
import { requestId } from '../push/ids';
import { retryDelayMs } from '../push/retry-delay';
import type { DeviceRef, FailedTry, PushResult, PushState } from '../shipment/delivery';
import { PUSH_TIMERS, type ActivityDeps } from './deps';
import {
  holdsPush,
  isOneStatement,
  type JudgedAnswer,
  recordPushAnswer,
  STATE_OF_CLASS,
} from './record-push-answer';

export interface PushToDeviceInput {
  readonly workflowId: string;
  readonly device: DeviceRef;
  readonly round: number;
  /** A person wants it told however old it is. */
  readonly force?: boolean;
  /** How its first try ended, which was made near: the first attempt waits as that one would have. */
  readonly before?: FailedTry;
}

/** What a provider is told at least: a phone may be without a network for as long as it takes to pass a tunnel. */
const MIN_TIME_TO_LIVE_MS = 60_000;

/** What an attempt may take to claim its push; milliseconds. Nothing is sent before, so the next attempt may try. */
const CLAIM_MS = 2_500;
/** What it keeps for writing the answer, and then for the way of its result to Temporal; milliseconds. */
const WRITE_MS = 1_500;
const REPORT_MS = 1_000;

/**
 * Pushes one notification to one device: one try is at most one HTTP request.
 * @throws ApplicationFailure `PushRetryLater` when the provider asks to try again, or who belongs to a merchant is not known, `ProviderHeld` while all pushes
 * of the provider are held; Temporal's timer waits.
 */
export function createPushToDevice(deps: ActivityDeps) {
  const { pool, shopTables, providers, log, countPush, timers = PUSH_TIMERS, nearPlaces } = deps;
  // A push that was under way when its worker became a shadow goes to nobody.
  const pushOnlyTo = deps.shadow ? [] : deps.pushOnlyTo;
  const nextLookMs = createHeldLooks(timers.heldLook);

  return (input: PushToDeviceInput): Promise<PushResult> =>
    tryPush(input).finally(() => activityInfo().isLocal && nearPlaces?.leave(input.device));

  async function tryPush(input: PushToDeviceInput): Promise<PushResult> {
    const { workflowId, device, round, force = false, before } = input;
    const { isLocal, attempt } = activityInfo();
    const begunAt = performance.now();
    // Temporal gives an attempt up that takes longer, and the next one would push again.
    const reportAt = begunAt + activityInfo().startToCloseTimeoutMs - REPORT_MS;
    const writeAt = reportAt - WRITE_MS;
    const { messageId, deviceId } = device;
    const timeLeftMs = clockOfPush();
    const end = (state: PushState, reason: string, words = ''): PushResult => ({
      ...device,
      state,
      reason,
      words,
    });

    // A definite rejection whose write failed left its generation here: the next request needs a fresh id.
    let atLeastGeneration =
      (activityInfo().heartbeatDetails as number | undefined) ?? before?.generation ?? 0;
    if (before && attempt === 1) return tryAgain(before.type, before.words, before.delayMs);

    // Within it every push that waits has looked once.
    const provenFirstMs = LONGEST_LOOK_MS;
    const task = {
      workflowId,
      messageId,
      deviceId,
      round,
      atLeastGeneration,
      force,
      provenFirstMs,
      pushOnlyTo,
    };
    const claimNow = async (db: Queryable) => {
      const member = await isPhoneOfMember(db, shopTables, device);
      const isMember = member?.kind === 'known' && member.value;
      return { member, claim: await claimPush(db, shopTables, { ...task, isMember }) };
    };
    // A claim is one statement. Who belongs to a merchant is asked before it, behind a savepoint.
    const within = membersToAsk(shopTables, device.audience) ? inTransaction : inAutocommit;
    const { member, claim } = await within(pool, claimNow, STATEMENT_TIMEOUT_MS, begunAt + CLAIM_MS);
    if (claim === null) return end('failed', 'notification_missing');
    if (claim.storedState === 'accepted') return end('accepted', 'accepted_before');
    if (claim.superseded) return end('superseded', 'newer_status');
    if (claim.tooOld) return end('superseded', 'too_old');
    if (claim.renumbered) return end('moved', 'number_changed');
    if (!claim.reachable) {
      if (member?.kind === 'unknown')
        return tryLater(`who belongs to the merchant is not known: ${member.words}`, 0);
      if (member?.value === false) return end('moved', 'not_a_member');
      return end('moved', 'not_the_owner');
    }
    if (claim.withheld) return end('moved', 'order_off');
    const { provider } = claim;
    if (claim.held) return waitForProvider(claim.held.cause, claim.held.words);
    if (claim.generation === null) return end('moved', 'taken');

    const sentAt = performance.now();
    const answer = await sendOnce(claim, claim.generation, device, { endAt: writeAt, leftMs: timeLeftMs() });
    nearPlaces?.took(provider, performance.now() - sentAt);
    countPush?.(provider, answer.class);
    const written = await record(claim, device, answer, reportAt).catch((error: unknown) => {
      // The push itself is done: its result reaches recordOutcome, which writes all results again.
      log.warn({ err: error, messageId, deviceId }, 'the result of a push could not be written yet');
      return undefined;
    });
    // What a suspicion amounts to only the database knows.
    const judged: JudgedAnswer = written ?? (answer.hold === 'suspect' ? answer : holdsPush(answer));
    const { class: verdict, reason, words, heldBy } = judged;
    if (verdict !== 'retry' && !heldBy) {
      const ended = end(STATE_OF_CLASS[verdict], reason, words);
      return isLocal && !written ? { ...ended, unwritten: true } : ended;
    }

    if (!written && answer.definite) {
      atLeastGeneration = claim.generation + 1;
      if (!isLocal) heartbeat(atLeastGeneration);
    }
    if (heldBy) return waitForProvider(heldBy, words);
    return tryLater(`${reason}: ${words}`, answer.retryAfterMs ?? 0);

    function tryLater(words: string, retryAfterMs: number): PushResult {
      const delay = retryDelayMs({ attempt, retryAfterMs, random: Math.random() });
      return tryAgain('PushRetryLater', words, timers.retryScale * delay);
    }

    /** The push waits with all others of its provider; devices are not to blame. */
    function waitForProvider(cause: HoldCause, why: string): PushResult {
      const words = `pushes through ${provider} are held (${cause}): ${why}`;
      nearPlaces?.keepApart(provider);
      // The last look comes before the time is over, and not after it.
      const lastMs = timeLeftMs() - timers.heldLook;
      const delayMs = nextLookMs(provider);
      return tryAgain('ProviderHeld', words, lastMs > 0 ? Math.min(delayMs, lastMs) : delayMs);
    }

    /** Nobody waits for a try that would come too late: the push ends, with the words of the last one. */
    function tryAgain(type: FailedTry['type'], message: string, delayMs: number): PushResult {
      if (delayMs > timeLeftMs()) return end('failed', 'gave_up', message);
      const failed = { type, words: message, delayMs, generation: atLeastGeneration };
      throw ApplicationFailure.create({
        type,
        ...(isLocal && { details: [failed satisfies FailedTry] }),
        // Expected: no warning in the log and no failure in the metrics for a provider that is busy.
        category: ApplicationFailureCategory.BENIGN,
        message,
        nextRetryDelay: Math.round(delayMs),
      });
    }
  }

  async function sendOnce(
    claim: Claim,
    generation: number,
    device: DeviceRef,
    { endAt, leftMs }: { readonly endAt: number; readonly leftMs: number },
  ): Promise<PushAnswer> {
    const provider = providers.get(claim.provider);
    if (!provider) {
      return { class: 'fail', reason: 'provider_unknown', words: claim.provider, definite: true };
    }
    const message = {
      messageId: device.messageId,
      appid: claim.appid,
      cid: claim.cid,
      ...shapeMessage(claim, device.messageId, deps.messageShape),
      requestId: requestId(device.messageId, device.deviceId, generation),
      overwriteKey: `${claim.waybillId}/${claim.audience}`,
      // Whole: no page says what uni-push and GeTui make of a fraction.
      timeToLiveMs: Math.max(MIN_TIME_TO_LIVE_MS, Math.floor(leftMs)),
      registeredAt: claim.registeredAt,
      ...(claim.subscription && { subscription: claim.subscription }),
      ...(claim.apnsEnvironment && { apnsEnvironment: claim.apnsEnvironment }),
    };
    const requestMs = Math.max(0, Math.min(timers.request, Math.floor(endAt - performance.now())));
    return provider.send(message, AbortSignal.any([cancellationSignal(), AbortSignal.timeout(requestMs)]));
  }

  function record(
    { provider, claimedAt: triedAt, probing, unclear }: Claim,
    { messageId, deviceId }: DeviceRef,
    answer: PushAnswer,
    endAt: number,
  ): Promise<JudgedAnswer> {
    const push = { messageId, deviceId, provider, triedAt, probing, unclear: unclear ?? 0 };
    const within = isOneStatement(push, answer) ? inAutocommit : inTransaction;
    return within(pool, (db) => recordPushAnswer(db, push, answer), STATEMENT_TIMEOUT_MS, endAt);
  }
}

/**
 * What is left of the time in which the push is worth trying, milliseconds: by the server's own two times until this
 * try, and by a clock that nobody sets since then. The clock of this machine may be hours from the server's.
 */
function clockOfPush(): () => number {
  const began = performance.now();
  const { scheduledTimestampMs, currentAttemptScheduledTimestampMs, scheduleToCloseTimeoutMs } =
    activityInfo();
  const before = currentAttemptScheduledTimestampMs - scheduledTimestampMs;
  return () => scheduleToCloseTimeoutMs - before - (performance.now() - began);
}
