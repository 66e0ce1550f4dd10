import type { Router } from 'express';
import { linkWaybill as writeLink, orderExists, findOrAddWaybill } from '../database/waybills';
import { inTransaction } from '../database/pool';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { wakeWaits } from '../deliveries/wake';
import { linkWaybill } from './waybill-operations';

/** How the shop says which order a waybill belongs to. */
export function addWaybillRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, config } = deps;
  const { shopTables: tables } = config;

  serve(router, linkWaybill, async ({ params, body }) => {
    const { carrier, tracking_no: trackingNo } = params;
    const { order_id: orderId } = body;
    const waybill = await namingField({ order_id: orderId }, () =>
      inTransaction(pool, async (db) => {
        if (!(await orderExists(db, tables, orderId))) {
          throw new HttpProblem('order-unknown', `order_id: the shop has no order ${orderId}`, {
            field: 'order_id',
          });
        }
        const { id } = await findOrAddWaybill(db, tables, { carrier, trackingNo });
        return writeLink(db, tables, id, orderId);
      }),
    );
    const woken = await wakeWaits(deps, { kind: 'order', waybillId: waybill.id });
    return { ok: true, waybill, woken };
  });
}
