import type { Router } from 'express';
import { inTransaction } from '../database/pool';
import {
  findByCid,
  findPushTest,
  findTestedDevice,
  insertPushTest,
  PUSH_TESTS_PER_MINUTE,
  type TestedDevice,
} from '../database/push-tests';
import { temporalLink } from '../deliveries/link';
import { pushTestWorkflowId, startPushTest as startWorkflow } from '../deliveries/push-test';
import { toldClassOf } from '../push/classes/silent-makers';
import { explainReason } from '../shipment/explain-push';
import { explainPushTest, outlookOf, pushTestMessageId } from '../shipment/push-test';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { showPushTest, startPushTest } from './push-test-operations';
import { orTemporalAway } from './temporal-problem';

/** A place is free again by then; seconds. */
const RETRY_AFTER_S = 60;

/** One message to one phone, to see what comes back. */
export function addPushTestRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, config } = deps;
  const linkTo = (testId: string): string | null => temporalLink(config, pushTestWorkflowId(testId));

  serve(router, startPushTest, async ({ body: { cid, appid } }) => {
    const { device, testId } = await inTransaction(pool, async (db) => {
      const found = requirePhone(await findByCid(db, appid, cid), appid);
      return { device: found, testId: await insertPushTest(db, found) };
    });
    if (testId === undefined) {
      throw new HttpProblem(
        'too-many-requests',
        `${PUSH_TESTS_PER_MINUTE} test messages were asked for within the last minute; wait ${RETRY_AFTER_S} s`,
        { retryAfterSeconds: RETRY_AFTER_S },
      );
    }
    await orTemporalAway(
      startWorkflow(deps, testId),
      'Temporal did not answer in time, and the test may be sent all the same',
    );
    return { ok: true, test_id: testId, device: inFields(device), temporal_ui: linkTo(testId) };
  });

  serve(router, showPushTest, async ({ params: { test_id: id } }) => {
    const { test, device } = await inTransaction(pool, async (db) => {
      const found = await findPushTest(db, id);
      return { test: found, device: found && (await findTestedDevice(db, found.deviceId, null)) };
    });
    if (!test)
      throw new HttpProblem('push-test-unknown', `there is no push test ${id}`, { field: 'test_id' });
    return {
      ok: true,
      ...{ test_id: id, state: test.state, code: test.code, words: test.words },
      explanation: explainPushTest(test.state, test.code),
      device: device === undefined ? null : inFields(device),
      ...{ request_id: test.requestId, provider_id: test.providerId, message_id: pushTestMessageId(id) },
      ...{ asked_at: test.askedAt, sent_at: test.sentAt, answered_at: test.answeredAt },
      ...{ delivered_at: test.deliveredAt, loss_reason: test.lossReason, loss_words: test.lossWords },
      ...{ shown_at: test.shownAt, clicked_at: test.clickedAt },
      outlook:
        device === undefined
          ? []
          : outlookOf({ ...device, told: toldClassOf(config.push.MESSAGE_CLASSES, device) }),
      temporal_ui: linkTo(id),
    };
  });
}

/** @throws {HttpProblem} what the app has to do first */
function requirePhone(device: TestedDevice | undefined, appid: string): TestedDevice {
  if (device === undefined) {
    throw new HttpProblem(
      'device-unknown',
      `no phone with this cid is registered for the app ${appid}: open the app, which must send POST /api/v1/push/register, or name its app`,
      { field: 'cid' },
    );
  }
  if (device.isActive) return device;
  const { inactiveReason } = device;
  const why = inactiveReason === null ? '' : ` (${inactiveReason}: ${explainReason(inactiveReason).en})`;
  throw new HttpProblem(
    'device-retired',
    `the phone is retired${why}; it is back once its app registers it`,
    {
      field: 'cid',
    },
  );
}

function inFields(device: TestedDevice) {
  return {
    ...{ appid: device.appid, cid: device.cid, user_id: device.userId, merchant_id: device.merchantId },
    ...{ platform: device.platform, brand: device.brand, notifications: device.notifications },
    provider: device.provider,
    ...{ registered_at: device.registeredAt, last_seen_at: device.lastSeenAt },
  };
}
