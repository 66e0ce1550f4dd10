import { cancellationSignal } from '@temporalio/activity';
import { listHolds } from '../database/held';
import { inTransaction } from '../database/pool';
import {
  findPushTest,
  findTestedDevice,
  notePushTestSent,
  type PushTestEnd,
  type TestedDevice,
  writePushTestEnd,
} from '../database/push-tests';
import { requestId } from '../push/ids';
import type { PushAnswer, PushProvider } from '../push/provider';
import { pushTestMessageId, PUSH_TEST_TEXTS } from '../shipment/push-test';
import { PUSH_TIMERS, type ActivityDeps } from './deps';
import { providersWithQueue } from './find-devices';
import { shapeMessage } from './shape-message';

export interface PushTestInput {
  readonly testId: string;
}

export interface PreparedPushTest {
  readonly goes: boolean;
  /** Set where its pushes wait in a queue of their own. */
  readonly queuedProvider?: string;
}

/** Somebody looks at the phone: what has not arrived by then is of no use. */
const TIME_TO_LIVE_MS = 10 * 60_000;
/** A test is one try. */
const GENERATION = 1;

/** Looks whether this phone may be pushed to at this moment, and by which queue; what ends the test is written down. */
export function createPreparePushTest(deps: ActivityDeps) {
  const { pool, providers, rates = {} } = deps;
  const queued = providersWithQueue([...providers.keys()], rates);
  return function preparePushTest({ testId }: PushTestInput): Promise<PreparedPushTest> {
    return inTransaction(pool, async (db) => {
      const test = await findPushTest(db, testId);
      const device = test && (await findTestedDevice(db, test.deviceId, deps.pushOnlyTo ?? null));
      // Erased meanwhile, and the test with it.
      if (!device) return { goes: false };
      const hold = (await listHolds(db)).find(({ provider }) => provider === device.provider);
      const end = whyNot(device, deps) ?? (hold && heldBecause(hold));
      if (end) await writePushTestEnd(db, testId, end);
      return { goes: !end, ...(queued.has(device.provider) && { queuedProvider: device.provider }) };
    });
  };
}

function whyNot(
  { isActive, inactiveReason, isListed, provider }: TestedDevice,
  { shadow, providers }: ActivityDeps,
): PushTestEnd | undefined {
  if (shadow) return { state: 'withheld', reason: 'shadow', words: '' };
  if (!isListed) return { state: 'withheld', reason: 'not_listed', words: '' };
  if (!isActive) return { state: 'failed', reason: inactiveReason ?? 'unregistered', words: '' };
  if (!providers.has(provider)) return { state: 'failed', reason: 'provider_unknown', words: provider };
  return undefined;
}

const heldBecause = ({ cause, words }: { cause: string; words: string }): PushTestEnd => ({
  state: 'held',
  reason: `held_${cause}`,
  words,
});

/** Sends the test by the provider of the phone: one request, whose answer is written down and judges no device. */
export function createSendPushTest(deps: ActivityDeps) {
  const { pool, providers, language, messageShape, countPush, timers = PUSH_TIMERS } = deps;
  return async function sendPushTest({ testId }: PushTestInput): Promise<void> {
    const device = await inTransaction(pool, async (db) => {
      const test = await findPushTest(db, testId);
      const found = test && (await findTestedDevice(db, test.deviceId, deps.pushOnlyTo ?? null));
      if (!found) return undefined;
      // Another worker may have looked, with other settings.
      const end = whyNot(found, deps);
      if (end) await writePushTestEnd(db, testId, end);
      else await notePushTestSent(db, testId, requestIdOf(testId, found));
      return end ? undefined : found;
    });
    const provider = device && providers.get(device.provider);
    if (!provider) return;
    const answer = await send(provider, testId, device);
    countPush?.(device.provider, answer.class);
    await inTransaction(pool, (db) =>
      writePushTestEnd(db, testId, {
        state: answer.class === 'accepted' ? 'accepted' : 'failed',
        reason: answer.reason,
        words: answer.words,
        ...(answer.providerId !== undefined && { providerId: answer.providerId }),
      }),
    );
  };

  function send(provider: PushProvider, testId: string, device: TestedDevice): Promise<PushAnswer> {
    const { appid, cid, registeredAt, subscription, apnsEnvironment } = device;
    const message = {
      ...{ messageId: pushTestMessageId(testId), appid, cid, registeredAt },
      ...shapeMessage(aboutNoParcel(PUSH_TEST_TEXTS[language]), pushTestMessageId(testId), messageShape),
      requestId: requestIdOf(testId, device),
      overwriteKey: pushTestMessageId(device.id),
      timeToLiveMs: TIME_TO_LIVE_MS,
      ...(subscription && { subscription }),
      ...(apnsEnvironment && { apnsEnvironment }),
    };
    const signal = AbortSignal.any([cancellationSignal(), AbortSignal.timeout(timers.request)]);
    return provider.send(message, signal);
  }
}

/** What everybody may read of it, and the class that its maker is told, are those of a parcel's message. */
const aboutNoParcel = ({ title, content }: { readonly title: string; readonly content: string }) => ({
  ...{ title, content, body: content },
  ...{ status: null, trackingNo: null, orderId: null },
});

const requestIdOf = (testId: string, { id }: TestedDevice): string =>
  requestId(pushTestMessageId(testId), id, GENERATION);
