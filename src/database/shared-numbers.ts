import type { ShopTables } from '../config/config';
import { mappedFacts } from '../config/shop-tables';
import type { SharingRow } from '../shipment/contradicting-rows';
import { readTellingFacts } from '../shipment/shop-facts';
import { linkedOrder } from './find-recipients';
import { named, readIdTypes } from './ids';
import type { Queryable } from './pool';
import { readOrders } from './schema/order-access';
import type { WaybillSample } from './shop-carriers';
import { shopNames } from './shop-names';

/** More are a mistake of one kind, which a few show. */
const MOST_NUMBERS = 200;
const MOST_ROWS = 1_000;

/** Numbers that stand in several rows with an order, of a sample of the shop's waybills. */
export async function listSharedNumbers(
  db: Queryable,
  tables: ShopTables,
  { clause }: WaybillSample,
): Promise<string[]> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<{ number: string }>(
    `select upper(btrim(number)) as number
       from (select ${waybills.trackingNo}::text as number, ${waybills.orderId}::text as order_id
               from ${waybills.name} ${clause}) sampled
      where ${named('number')} is not null and ${named('order_id')} is not null
      group by 1 having count(*) > 1 order by 1 limit ${MOST_NUMBERS}`,
  );
  return rows.map(({ number }) => number);
}

/** The rows with an order under these numbers, and what they say, by their number. */
export async function selectSharingRows(
  db: Queryable,
  tables: ShopTables,
  trackingNos: readonly string[],
): Promise<ReadonlyMap<string, readonly SharingRow[]>> {
  const { waybills } = shopNames(tables);
  const types = await readIdTypes(db, tables);
  const numbers = trackingNos.flatMap((number) => [number.toUpperCase(), number.toLowerCase()]);
  const rows = await readOrders(db, tables, async (access) => {
    const found = await db.query<StoredRow>(
      `select w.id, w.carrier, w.order_id, w.status, upper(w.number) as number, linked.merchant_id as "merchantId",
              linked.waybill_facts as facts
         from (select ${waybills.id}::text as id, ${waybills.carrier}::text as carrier, ${named(`${waybills.orderId}::text`)} as order_id,
                      ${waybills.status}::text as status, ${waybills.trackingNo}::text as number
                 from ${waybills.name}
                where ${waybills.trackingNo} = any ($1) and ${named(`${waybills.orderId}::text`)} is not null
                limit ${MOST_ROWS}) w
         left join lateral (${linkedOrder('w.id', tables, types, access)}) linked on true
        order by w.id`,
      [numbers],
    );
    return found.rows;
  });
  const byNumber = new Map<string, SharingRow[]>();
  for (const { number, facts, ...row } of rows) {
    const { direction = null } = readTellingFacts(
      { waybills: facts, orders: null },
      mappedFacts(tables),
    ).facts;
    byNumber.set(number, [...(byNumber.get(number) ?? []), { ...row, direction }]);
  }
  return byNumber;
}

interface StoredRow extends Omit<SharingRow, 'direction'> {
  readonly number: string;
  readonly facts: Readonly<Record<string, unknown>> | null;
}
