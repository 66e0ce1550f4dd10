import type { ShopTables } from '../config/config';
import { mappedFacts } from '../config/shop-tables';
import type { Recipients } from '../shipment/delivery';
import type { Audience } from '../shipment/update';
import { isErasedUser } from './erasure-marks';
import { type FactRow, readTellingFacts, type UnreadFact } from '../shipment/shop-facts';
import { factValues, lentOrderFacts, NO_FACTS } from './schema/lent-facts';
import { ORDER_FUNCTION, type OrderAccess, readOrders } from './schema/order-access';
import { fittedId, idSpellings, type IdTypes, named, personKey, readIdTypes } from './ids';
import type { StoredAmong } from './parcels-of-order';
import type { Queryable } from './pool';
import { shopNames } from './shop-names';

/** An order, and what its shop says that nobody understands. */
export interface FoundOrder {
  readonly recipients: Recipients;
  readonly unread: readonly UnreadFact[];
}

/**
 * Finds the order of a waybill and the people it names. `null` when there is no order yet: none is linked, or the id
 * that is linked is none of an order. Whom a notification cannot be addressed to, it does not name, nor a buyer who was
 * erased and is not back since.
 */
export async function findOrder(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
): Promise<FoundOrder | null> {
  return findOrderOf(db, tables, { workflowId: null, waybillId });
}

/** An order, for a delivery. */
export interface OrderOfDelivery extends FoundOrder {
  /** The row that the delivery is for by now: where it stood twice in the shop's table, the one that is used. */
  readonly waybillId: string;
  /** What its messages say of its parcel among those of its order; `null`: nothing is decided. */
  readonly among: StoredAmong | null;
  /** Whether its decision is stored. */
  readonly isDecided: boolean;
  /** The people in the spelling under which `selectRecipientRows` names those who are told. */
  readonly keys: Readonly<Record<Audience, string | null>>;
}

/** As `findOrder`, for the waybill that a delivery is about by now; `waybillId` where no decision of it is stored. */
export async function findOrderOf(
  db: Queryable,
  tables: ShopTables,
  { workflowId, waybillId }: { readonly workflowId: string | null; readonly waybillId: string },
): Promise<OrderOfDelivery | null> {
  const types = await readIdTypes(db, tables);
  return readOrders(db, tables, async (access) => {
    const { rows } = await db.query<OrderRow>(
      `select found.*, ${personKey('found."userId"', types.userId)} as "userKey",
              ${personKey('found."merchantId"', types.merchantId)} as "merchantKey"
         from (
           select ${named('linked.order_id')} as "orderId",
                  case when not ${isGone('linked.user_id', types)} then ${addressable('linked.user_id', types)} end as "userId",
                  ${addressable('linked.merchant_id', types)} as "merchantId",
                  linked.waybill_facts as waybills, linked.order_facts as orders,
                  of_waybill.waybill_id as "waybillId", of_waybill.among, of_waybill.decided as "isDecided"
             from (select coalesce(own.waybill_id, $1::text) as waybill_id, own.among_parcels as among,
                          own.workflow_id is not null as decided
                     from (select) one left join waybell.express_updates own on own.workflow_id = $2) of_waybill
             cross join lateral (${linkedOrder('of_waybill.waybill_id', tables, types, access)}) linked
            -- So that each of them is calculated once.
            offset 0) found`,
      [waybillId, workflowId],
    );
    const [row] = rows;
    if (!row) return null;
    const { waybills, orders, userKey, merchantKey, waybillId: ofNow, among, isDecided, ...people } = row;
    const { facts, unread } = readTellingFacts({ waybills, orders }, mappedFacts(tables));
    return {
      recipients: { ...people, ...(Object.keys(facts).length > 0 && { facts }) },
      ...{ unread, among, isDecided, waybillId: ofNow, keys: { user: userKey, merchant: merchantKey } },
    };
  });
}

interface OrderRow extends Recipients, FactRow, Pick<OrderOfDelivery, 'waybillId' | 'among' | 'isDecided'> {
  readonly userKey: string | null;
  readonly merchantKey: string | null;
}

/** The people alone, and what decides what they are told. */
export async function findRecipients(
  db: Queryable,
  tables: ShopTables,
  waybillId: string,
): Promise<Recipients | null> {
  return (await findOrder(db, tables, waybillId))?.recipients ?? null;
}

/** SQL: erased, and not back since: of one who is back there is a phone, or a message, which all went with the erasure. */
export const isGone = (person: string, { userId, recipientId }: IdTypes): string =>
  `(${isErasedUser(named(person), userId)} and not exists (
     select from public.push_devices d where d.user_id = any (${idSpellings(person, userId)}))
    and not exists (
     select from public.express_notifications n
      where n.recipient_id = any (${idSpellings(person, recipientId)}) and n.aud = 'user' and n.workflow_id is not null))`;

const addressable = (person: string, { recipientId }: IdTypes): string =>
  `(${fittedId(named(person), recipientId)})::text`;

/**
 * SQL: the order that the waybill of the text `waybillId` is linked to, at most one row of `order_id`, `user_id` and
 * `merchant_id`, all as text, and of what the shop says beside, as JSON: who asks for less does not pay for that. Read
 * through the functions that lend the orders where the role may not read them.
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
  const ofWaybill = `${factValues('b', tables, 'waybills')} as waybill_facts`;
  if (access !== 'table') {
    const orderId = `(${fittedId(named(`${link}::text`), types.orderId)})::text`;
    const ofOrder = access === 'function' ? lentOrderFacts(orderId, tables) : NO_FACTS;
    return `select ${link}::text as order_id, o.user_id, o.merchant_id, ${ofWaybill}, ${ofOrder} as order_facts
              from ${linked} cross join lateral ${ORDER_FUNCTION}(${orderId}) o
             where ${isThis} limit 1`;
  }
  const isIts =
    types.orderId === types.namedOrderId ? link : `(${fittedId(named(`${link}::text`), types.orderId)})`;
  return `select ${link}::text as order_id, o.${orders.userId}::text as user_id, o.${orders.merchantId}::text as merchant_id,
                 ${ofWaybill}, ${factValues('o', tables, 'orders')} as order_facts
            from ${linked} join ${orders.name} o on o.${orders.id} = ${isIts}
           where ${isThis} and ${named(`${link}::text`)} is not null limit 1`;
}
