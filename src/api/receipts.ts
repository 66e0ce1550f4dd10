import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Config } from '../config/config';
import { findDeviceForUpdate } from '../database/devices';
import { inTransaction } from '../database/pool';
import { recordDeliveryReports, recordReceipt as writeReceipt } from '../database/receipts';
import { recordTestReceipt, recordTestReports } from '../database/push-tests';
import { readGetuiReceipts, type ReceiptKeys } from '../push/getui/receipt';
import { pushTestOf } from '../shipment/push-test';
import { readEventTime } from '../sources/reading/times';
import { callerOf } from './auth';
import { callerAddress } from './caller-address';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { addOperation, serve } from './operation';
import { requireOwnDevice } from './owners';
import { receiveGetuiReceipts, recordReceipt } from './receipt-operations';
import { bodyBytes } from './request-body';
import { fieldInvalid } from './request-input';
import { requestIdOf } from './request-log';

/** How phones say that a push was seen. */
export function addReceiptRoutes(router: Router, { pool, config, clock = Date.now }: ApiDependencies): void {
  serve(router, recordReceipt, async ({ body }, response) => {
    const { message_id: messageId, cid, appid, event, at } = body;
    const now = clock();
    const read = readEventTime(at ?? new Date(now).toISOString(), now);
    if ('problem' in read) throw fieldInvalid('at', read.problem);
    const recorded = await inTransaction(pool, async (db) => {
      const device = await findDeviceForUpdate(db, appid, cid);
      if (!device) throw new HttpProblem('device-unknown', `no device ${cid} of ${appid}`, { field: 'cid' });
      const owners = { userId: device.user_id, merchantId: device.merchant_id };
      await requireOwnDevice({ db, config }, callerOf(response), owners);
      const receipt = { messageId, deviceId: device.id, event, at: read.time };
      const testId = pushTestOf(messageId);
      if (testId === undefined) return writeReceipt(db, receipt);
      const ofTest = await recordTestReceipt(db, testId, receipt);
      return ofTest && { message_id: messageId, cid, ...ofTest };
    });
    if (!recorded) {
      throw new HttpProblem('push-unknown', `${messageId} was never pushed to ${cid}`, {
        field: 'message_id',
      });
    }
    return { ok: true, ...recorded };
  });
}

/** How providers say what became of a push; known by their signatures, not by a key. */
export function providerReceiptRoutes({ pool, config, log }: ApiDependencies): Router {
  const router = Router();
  // Each line is signed in itself: no header tells beforehand, only whether anything can be checked.
  const first: RequestHandler = (_request, _response, next) => {
    requireGetui(config);
    next();
  };

  async function receive(request: Request, response: Response): Promise<void> {
    const body = bodyBytes(request).toString('utf8');
    if (body.trim() === '') throw new HttpProblem('signature-missing', 'there is no receipt in the body');
    const receipts = readGetuiReceipts(body, requireGetui(config));
    if (receipts.length === 0) throw new HttpProblem('signature-invalid', 'no line is signed by GeTui');
    const reports = receipts.map(({ cid, taskId: providerId, class: verdict, reason, words }) =>
      verdict === 'delivered'
        ? { cid, providerId, lossReason: null, lossWords: null }
        : { cid, providerId, lossReason: reason, lossWords: words },
    );
    const recorded = await inTransaction(pool, async (db) => {
      const { known, ignored } = await recordDeliveryReports(db, 'getui', reports);
      return { known: known + (await recordTestReports(db, 'getui', reports)), ignored };
    });
    // A signature of GeTui does not cover its code, so a receipt that somebody has read may come again with another.
    if (recorded.ignored > 0)
      log.warn(
        { requestId: requestIdOf(response), address: callerAddress(request), ignored: recorded.ignored },
        'receipts of GeTui contradict earlier ones of the same pushes, which stay',
      );
    response.json({ ok: true, receipts: receipts.length, ...recorded });
  }

  addOperation(router, receiveGetuiReceipts, receive, { first });
  return router;
}

/** @throws {HttpProblem} where GeTui is not switched on */
function requireGetui({ push }: Config): readonly ReceiptKeys[] {
  const { GETUI_APP_ID: appId, GETUI_MASTER_SECRET: masterSecret, GETUI_APPS: others } = push;
  if (appId !== undefined && masterSecret !== undefined)
    return [{ appId, masterSecret }, ...Object.values(others)];
  throw new HttpProblem('signature-invalid', 'GeTui is not switched on, so no signature can be checked');
}
