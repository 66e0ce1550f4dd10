import type { Router } from 'express';
import { findOrAddWaybill } from '../database/find-waybill';
import { findUnderNumber } from '../database/near-waybills';
import { inTransaction, type Queryable } from '../database/pool';
import { joinSecondRowsOf } from '../database/second-rows';
import { findOrderId, linkWaybill as writeLink } from '../database/waybills';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { wakeWaits } from '../deliveries/wake';
import { hasOrder } from '../shipment/choose-waybill';
import { explainNear } from '../shipment/explain-near';
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
        const known = await findOrderId(db, tables, orderId);
        if (known === null) {
          const near = await wordsOfNear(db, trackingNo);
          throw new HttpProblem('order-unknown', `order_id: the shop has no order ${orderId}${near}`, {
            field: 'order_id',
          });
        }
        const { id } = await findOrAddWaybill(db, config, { carrier, trackingNo });
        const linked = await writeLink(db, tables, id, known);
        await joinSecondRowsOf(db, config, id);
        return linked;
      }),
    );
    const woken = await wakeWaits(deps, { kind: 'order', waybillId: waybill.id });
    return { ok: true, waybill, woken };
  });

  /** What the shop has under the number with an order: it may be the row that is meant. */
  async function wordsOfNear(db: Queryable, trackingNo: string): Promise<string> {
    const near = (await findUnderNumber(db, tables, trackingNo)).filter(hasOrder);
    return near.length === 0 ? '' : `. ${explainNear(near).en}`;
  }
}
