import { Router } from 'express';
import { inTransaction } from '../database/pool';
import { recordDeliveryReports } from '../database/record-delivery-reports';
import { readGetuiReceipts } from '../push/getui/receipt';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { addOperation } from './operation';
import { receiveGetuiReceipts } from './provider-receipt-operations';
import { bodyBytes } from './request-input';

/** How providers say what became of a push; known by their signatures, not by a key. */
export function providerReceiptRoutes({ pool, config }: ApiDependencies): Router {
  const { GETUI_APP_ID: appId, GETUI_MASTER_SECRET: masterSecret } = config.push;
  const router = Router();

  addOperation(router, receiveGetuiReceipts, async (request, response) => {
    const body = bodyBytes(request).toString('utf8');
    if (body.trim() === '') throw new HttpProblem('signature-missing', 'there is no receipt in the body');
    if (appId === undefined || masterSecret === undefined) {
      throw new HttpProblem('signature-invalid', 'GeTui is not switched on, so no signature can be checked');
    }
    const receipts = readGetuiReceipts(body, { appId, masterSecret });
    if (receipts.length === 0) throw new HttpProblem('signature-invalid', 'no line is signed by GeTui');
    const reports = receipts.map(({ cid, taskId: providerId, class: verdict, reason, words }) =>
      verdict === 'delivered'
        ? { cid, providerId, lossReason: null, lossWords: null }
        : { cid, providerId, lossReason: reason, lossWords: words },
    );
    const known = await inTransaction(pool, (db) => recordDeliveryReports(db, 'getui', reports));
    response.json({ ok: true, receipts: receipts.length, known });
  });
  return router;
}
