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

/** SQL: what a row is known by. */
interface OfRow {
  readonly id: string;
  readonly carrier: string;
  readonly trackingNo: string;
  readonly orderId: string;
}

/** SQL: the rows `near` under the number of another one, as `NearWaybill`. */
function selectNear(
  tables: ShopTables,
  { id, carrier, trackingNo, orderId }: OfRow,
): { readonly columns: string; readonly join: string } {
  const { waybills } = shopNames(tables);
  return {
    columns: `near.${waybills.id}::text as id, near.${waybills.carrier} as carrier, near.${waybills.orderId}::text as order_id,
              jsonb_build_object('id', ${id}, 'carrier', ${carrier}, 'tracking_no', ${trackingNo},
                                 'order_id', ${orderId}) as of`,
    join: `join ${waybills.name} near on near.${waybills.trackingNo} = any (array[${trackingNo}, lower(${trackingNo}), upper(${trackingNo})])
                                     and near.${waybills.id} is distinct from b.${waybills.id}`,
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
  const { columns, join } = selectNear(tables, {
    id: `b.${waybills.id}::text`,
    carrier: `b.${waybills.carrier}`,
    trackingNo: `b.${waybills.trackingNo}`,
    orderId: `b.${waybills.orderId}::text`,
  });
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

/** Where a page of waits ended. */
export interface WaitCursor {
  readonly since: string;
  readonly workflowId: string;
}

/**
 * What stands with an order under the numbers of waybills for whose order a delivery waits; who waits longest first. The
 * row of such a waybill may be gone: a shop whose numbers are unique deletes the one that Waybell has added before it
 * writes its own.
 * @param after where the page before ended
 */
export async function findOrdersNearWaits(
  db: Queryable,
  tables: ShopTables,
  after: WaitCursor | null = null,
): Promise<{ readonly near: readonly NearWaybill[]; readonly next: WaitCursor | null }> {
  const { waybills } = shopNames(tables);
  const { columns, join } = selectNear(tables, {
    id: 'w.waybill_id',
    carrier: `coalesce(b.${waybills.carrier}, k.carrier)`,
    trackingNo: `coalesce(b.${waybills.trackingNo}, k.tracking_no)`,
    orderId: `b.${waybills.orderId}::text`,
  });
  const types = await readIdTypesNow(db, tables);
  const { rows } = await db.query<NearWaybill & WaitCursor>(
    `select ${columns}, w.since::text as since, w.workflow_id as "workflowId"
       from waybell.express_waits w
       left join ${waybills.name} b on b.${waybills.id} = ${fittedId('w.waybill_id', types.waybillId)}
       left join waybell.waybill_numbers k on k.waybill_id = w.waybill_id and k.former_of is null
       ${join}
      where w.kind = 'order' and near.${waybills.orderId} is not null
        and ($1::text is null or (w.since, w.workflow_id) > ($1::timestamptz, $2::text))
      order by w.since, w.workflow_id
      limit ${MOST}`,
    [after?.since ?? null, after?.workflowId ?? null],
  );
  const last = rows.length === MOST ? rows.at(-1) : undefined;
  return { near: rows, next: last ? { since: last.since, workflowId: last.workflowId } : null };
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

/** Which order these waybills name, whether the shop has it or not; those that name none are left out. */
export async function findNamedOrders(
  db: Queryable,
  tables: ShopTables,
  waybillIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (waybillIds.length === 0) return new Map();
  const { waybills } = shopNames(tables);
  const { waybillId } = await readIdTypes(db, tables);
  const { rows } = await db.query<{ id: string; order_id: string }>(
    `select b.${waybills.id}::text as id, btrim(b.${waybills.orderId}::text) as order_id
       from ${waybills.name} b
      where b.${waybills.id} = any (array(select ${fittedId('id', waybillId)} from unnest($1::text[]) as id))
        and btrim(b.${waybills.orderId}::text) <> ''`,
    [waybillIds],
  );
  return new Map(rows.map(({ id, order_id: orderId }) => [id, orderId]));
}
