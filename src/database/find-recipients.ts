import type { ShopTables } from '../config/config';
import type { Recipients } from '../shipment/delivery';
import { isErasedUser } from './erasure-marks';
import { ORDER_FUNCTION, type OrderAccess, readOrders } from './schema/order-access';
import { canonicalId, fittedId, idSpellings, type IdTypes, named, readIdTypes } from './ids';
import type { Queryable } from './pool';
import { shopNames } from './shop-names';

/**
 * Finds the order of a waybill and the people it names. `null` when there is no order yet: none is linked, or the id
 * that is linked is none of an order. Whom a notification cannot be addressed to, it does not name, nor a buyer who was
 * erased and has registered no device since.
 */
export async function findRecipients(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
): Promise<Recipients | null> {
  const types = await readIdTypes(db, tables);
  return readOrders(db, tables, async (access) => {
    const { rows } = await db.query<Recipients>(
      `select ${named('linked.order_id')} as "orderId",
              case when not ${isGone('linked.user_id', types)} then ${addressable('linked.user_id', types)} end as "userId",
              ${addressable('linked.merchant_id', types)} as "merchantId"
         from (select $1::text as waybill_id) of_waybill
         cross join lateral (${linkedOrder('of_waybill.waybill_id', tables, types, access)}) linked`,
      [waybillId],
    );
    return rows[0] ?? null;
  });
}

const isGone = (person: string, { userId }: IdTypes): string =>
  `(${isErasedUser(named(person), userId)} and not exists (
     select from public.push_devices d where d.user_id = any (${idSpellings(person, userId)})))`;

const addressable = (person: string, { recipientId }: IdTypes): string =>
  `(${fittedId(named(person), recipientId)})::text`;

/**
 * SQL: the order that the waybill of the text `waybillId` is linked to, at most one row of `order_id`, `user_id` and
 * `merchant_id`, all as text. Read through the function that lends the orders where the role may not read them.
 */
export function linkedOrder(
  waybillId: string,
  tables: ShopTables,
  types: IdTypes,
  access: OrderAccess,
): string {
  const { waybills, orders } = shopNames(tables);
  const link = `b.${waybills.orderId}`;
  const linked = `${waybills.name} b`;
  const isThis = `b.${waybills.id} = ${fittedId(waybillId, types.waybillId)}`;
  if (access === 'function') {
    const orderId = `(${fittedId(named(`${link}::text`), types.orderId)})::text`;
    return `select ${link}::text as order_id, o.user_id, o.merchant_id
              from ${linked} cross join lateral ${ORDER_FUNCTION}(${orderId}) o
             where ${isThis} limit 1`;
  }
  const isIts =
    types.orderId === types.namedOrderId ? link : `(${fittedId(named(`${link}::text`), types.orderId)})`;
  return `select ${link}::text as order_id, o.${orders.userId}::text as user_id, o.${orders.merchantId}::text as merchant_id
            from ${linked} join ${orders.name} o on o.${orders.id} = ${isIts}
           where ${isThis} and ${named(`${link}::text`)} is not null limit 1`;
}

/** SQL: whether two people, as text, are the same one, in the type of the column that says whose a device is. */
export const isSamePerson = (one: string, other: string, type: string | null): string =>
  `${canonicalId(named(one), type)} = ${canonicalId(named(other), type)}`;
