import type { Router } from 'express';
import { findDeviceForUpdate } from '../database/find-device';
import { inTransaction } from '../database/pool';
import { recordReceipt as writeReceipt } from '../database/receipts';
import { readEventTime } from '../sources/reading/times';
import { callerOf } from './auth';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { requireOwnDevice } from './owners';
import { recordReceipt } from './receipt-operations';
import { fieldInvalid } from './request-input';

/** How phones say that a push was seen. */
export function addReceiptRoutes(router: Router, { pool, clock = Date.now }: ApiDependencies): void {
  serve(router, recordReceipt, async ({ body }, response) => {
    const { message_id: messageId, cid, appid, event, at } = body;
    const now = clock();
    const read = readEventTime(at ?? new Date(now).toISOString(), now);
    if ('problem' in read) throw fieldInvalid('at', read.problem);
    const recorded = await inTransaction(pool, async (db) => {
      const device = await findDeviceForUpdate(db, appid, cid);
      if (!device) throw new HttpProblem('device-unknown', `no device ${cid} of ${appid}`, { field: 'cid' });
      requireOwnDevice(callerOf(response), { userId: device.user_id, merchantId: device.merchant_id });
      return writeReceipt(db, { messageId, deviceId: device.id, event, at: read.time });
    });
    if (!recorded) {
      throw new HttpProblem('push-unknown', `${messageId} was never pushed to ${cid}`, {
        field: 'message_id',
      });
    }
    return { ok: true, ...recorded };
  });
}
