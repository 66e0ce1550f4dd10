import type { Router } from 'express';
import { z } from 'zod';
import { findDeviceForUpdate } from '../database/find-device';
import { inTransaction } from '../database/pool';
import { recordReceipt } from '../database/record-receipt';
import { readEventTime } from '../sources/event-time';
import { callerOf } from './auth';
import type { ApiDependencies } from './dependencies';
import { appidField, cidField } from './device-fields';
import { HttpProblem } from './http-problem';
import { addRoute } from './methods';
import { requireOwnDevice } from './owners';
import { fieldInvalid, readJson, requiredId } from './request-input';

const receipt = z.object({
  message_id: requiredId,
  cid: cidField,
  appid: appidField,
  event: z.enum(['shown', 'clicked']),
  at: z.string().max(64).optional(),
});

/** How phones say that a push was seen. */
export function addReceiptRoutes(router: Router, { pool, clock = Date.now }: ApiDependencies): void {
  addRoute(router, '/receipts', {
    async post(request, response) {
      const { message_id: messageId, cid, appid, event, at } = readJson(request, receipt);
      const now = clock();
      const read = readEventTime(at ?? new Date(now).toISOString(), now);
      if ('problem' in read) throw fieldInvalid('at', read.problem);
      const recorded = await inTransaction(pool, async (db) => {
        const device = await findDeviceForUpdate(db, appid, cid);
        if (!device)
          throw new HttpProblem('device-unknown', `no device ${cid} of ${appid}`, { field: 'cid' });
        requireOwnDevice(callerOf(response), { userId: device.user_id, merchantId: device.merchant_id });
        return recordReceipt(db, { messageId, deviceId: device.id, event, at: read.time });
      });
      if (!recorded) {
        throw new HttpProblem('push-unknown', `${messageId} was never pushed to ${cid}`, {
          field: 'message_id',
        });
      }
      response.json({ ok: true, ...recorded });
    },
  });
}
