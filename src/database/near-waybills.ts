import type { ShopTables } from '../config/config';
import type { NumberedRow } from '../shipment/choose-waybill';
import { fittedId, readIdTypes, readIdTypesNow } from './ids';
import type { Queryable } from './pool';
import { shopNames } from './shop-names';

/** Another row of the shop's under the number of a waybill. */
export interface NearWaybill extends NumberedRow {
  readonly of: {
    readonly id: string;
    readonly carrier: string | null;
    readonly tracking_no: string;
    readonly order_id: string | null;
  };
}

/** Rows that are looked at for one question; more share a number only by a mistake. */
const MOST = 1_000;

/** SQL: the rows `near` under the number of each row `b` of the shop's waybills, as `NearWaybill`. */
function selectNear(tables: ShopTables): { readonly columns: string; readonly join: string } {
  const { waybills } = shopNames(tables);
  const number = `b.${waybills.trackingNo}`;
  const id = (row: string): string => `${row}.${waybills.id}`;
  const said = (row: string): string => `${row}.${waybills.carrier} as`;
  return {
    columns: `${id('near')}::text as id, ${said('near')} carrier, near.${waybills.orderId}::text as order_id,
              jsonb_build_object('id', ${id('b')}::text, 'carrier', b.${waybills.carrier}, 'tracking_no', ${number},
                                 'order_id', b.${waybills.orderId}::text) as of`,
    join: `join ${waybills.name} near on near.${waybills.trackingNo} = any (array[${number}, lower(${number}), upper(${number})])
                                     and ${id('near')} <> ${id('b')}`,
  };
}

/** What else stands under the numbers of these waybills, first what has an order. */
export async function findNear(
  db: Queryable,
  tables: ShopTables,
  waybillIds: readonly string[],
): Promise<NearWaybill[]> {
  if (waybillIds.length === 0) return [];
  const { waybills } = shopNames(tables);
  const { columns, join } = selectNear(tables);
  const { waybillId } = await readIdTypes(db, tables);
  const { rows } = await db.query<NearWaybill>(
    `select ${columns}
       from ${waybills.name} b ${join}
      where b.${waybills.id} = any (array(select ${fittedId('id', waybillId)} from unnest($1::text[]) as id))
      order by near.${waybills.orderId} is null, near.${waybills.id}
      limit ${MOST}`,
    [waybillIds],
  );
  return rows;
}

/** What stands with an order under the numbers of waybills for whose order a delivery waits; who waits longest first. */
export async function findOrdersNearWaits(db: Queryable, tables: ShopTables): Promise<NearWaybill[]> {
  const { waybills } = shopNames(tables);
  const { columns, join } = selectNear(tables);
  const types = await readIdTypesNow(db, tables);
  const { rows } = await db.query<NearWaybill>(
    `select ${columns}
       from waybell.express_waits w
       join ${waybills.name} b on b.${waybills.id} = ${fittedId('w.waybill_id', types.waybillId)}
       ${join}
      where w.kind = 'order' and near.${waybills.orderId} is not null
      order by w.since
      limit ${MOST}`,
  );
  return rows;
}

/** What stands under a number that the shop may not have under this carrier at all. */
export async function findUnderNumber(
  db: Queryable,
  tables: ShopTables,
  trackingNo: string,
): Promise<NumberedRow[]> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<NumberedRow>(
    `select ${waybills.id}::text as id, ${waybills.carrier} as carrier, ${waybills.orderId}::text as order_id
       from ${waybills.name}
      where ${waybills.trackingNo} = any ($1)
      order by ${waybills.orderId} is null, ${waybills.id}
      limit ${MOST}`,
    [[trackingNo, trackingNo.toLowerCase()]],
  );
  return rows;
}
