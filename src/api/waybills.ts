import type { Router } from 'express';
import { z } from 'zod';
import { findWaybillForUpdate, insertWaybill } from '../database/find-waybill';
import { linkWaybill } from '../database/link-waybill';
import { orderExists } from '../database/order-exists';
import { inTransaction } from '../database/pool';
import { lockWaybill } from '../database/waybill-lock';
import { carrierField, trackingNoField } from '../sources/canonical';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { addRoute } from './methods';
import { checkFields, readJson, requiredId } from './request-input';
import { wakeWaits } from './wake-waits';

const address = z.object({ carrier: carrierField, tracking_no: trackingNoField });
const link = z.object({ order_id: requiredId });

/** How the shop says which order a waybill belongs to. */
export function addWaybillRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, config } = deps;
  const { shopTables: tables } = config;

  addRoute(router, '/waybills/:carrier/:tracking_no', {
    async put(request, response) {
      const { carrier, tracking_no: trackingNo } = checkFields(address, request.params);
      const { order_id: orderId } = readJson(request, link);
      const waybill = await namingField({ order_id: orderId }, () =>
        inTransaction(pool, async (db) => {
          if (!(await orderExists(db, tables, orderId))) {
            throw new HttpProblem('order-unknown', `order_id: the shop has no order ${orderId}`, {
              field: 'order_id',
            });
          }
          await lockWaybill(db, carrier, trackingNo);
          const { id } =
            (await findWaybillForUpdate(db, tables, carrier, trackingNo)) ??
            (await insertWaybill(db, tables, carrier, trackingNo));
          return linkWaybill(db, tables, id, orderId);
        }),
      );
      const woken = await wakeWaits(deps, { kind: 'order', waybillId: waybill.id });
      response.json({ ok: true, waybill, woken });
    },
  });
}
