import type { Router } from 'express';
import type { Config, ShopTables } from '../config/config';
import { findOrAddWaybill } from '../database/find-waybill';
import { findUnderNumber } from '../database/near-waybills';
import { listParcelsOfOrder } from '../database/parcels-of-order';
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
import { joined } from '../shipment/explanation';
import { linkWaybill, listOrderParcels } from './waybill-operations';

/** How the shop says which order a waybill belongs to. */
export function addWaybillRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, config } = deps;
  const { shopTables: tables } = config;

  serve(router, linkWaybill, async ({ params, body }) => {
    const { carrier, tracking_no: trackingNo } = params;
    const { order_id: orderId } = body;
    requireNoShadow(config);
    const { waybill, before } = await namingField({ order_id: orderId }, () =>
      inTransaction(pool, async (db) => {
        const known = await requireOrder(db, tables, { trackingNo, orderId });
        const row = await findOrAddWaybill(db, config, { carrier, trackingNo });
        const linked = await writeLink(db, tables, row.id, known);
        await joinSecondRowsOf(db, config, row.id);
        return { waybill: linked, before: hasOrder(row) ? row.order_id : null };
      }),
    );
    const woken = await wakeWaits(deps, { kind: 'order', waybillId: waybill.id });
    return { ok: true, waybill, order_before: before, woken };
  });

  serve(router, listOrderParcels, async ({ params: { order_id: orderId } }) => {
    const parcels = await inTransaction(pool, (db) => listParcelsOfOrder(db, tables, orderId));
    return { ok: true, indexed: parcels !== null, parcels: parcels ?? [] };
  });
}

/**
 * The order that is meant, as the shop spells its id.
 * @throws {HttpProblem} when there is none; it says what the shop has under the number with an order
 */
export async function requireOrder(
  db: Queryable,
  tables: ShopTables,
  { trackingNo, orderId }: { readonly trackingNo: string; readonly orderId: string },
): Promise<string> {
  const known = await findOrderId(db, tables, orderId);
  if (known !== null) return known;
  const near = (await findUnderNumber(db, tables, trackingNo)).filter(hasOrder);
  const none = {
    en: `order_id: the shop has no order ${orderId}`,
    zh: `商城没有订单 ${orderId}（order_id）`,
  };
  const words =
    near.length === 0 ? none : joined({ en: `${none.en}.`, zh: `${none.zh}。` }, explainNear(near));
  throw new HttpProblem('order-unknown', words, { field: 'order_id' });
}

/** @throws {HttpProblem} where nothing is written into the shop's tables */
export function requireNoShadow({ shadow }: Config): void {
  if (shadow)
    throw new HttpProblem('shadow', 'SHADOW is set: nothing is written into the tables of the shop');
}
