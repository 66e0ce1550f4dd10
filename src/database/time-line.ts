import type { ShopTables } from '../config/config';
import type { Verdict } from '../shipment/decide-announcement';
import type { Queryable } from './pool';
import { joinSaid } from './scan-texts';
import { shopNames } from './shop-names';

/** A row of the shop's own table, under a number. */
export interface NumberedParcel {
  readonly id: string;
  readonly carrier: string | null;
  readonly tracking_no: string;
  readonly order_id: string | null;
}

/** Rows that are shown under one number. */
const MOST_PARCELS = 5;
const MOST_SCANS = 200;
const MOST_DECISIONS = 50;
/** Each with its pushes. */
const MOST_MESSAGES = 20;

/** What the shop has under a number, first what has an order. */
export async function selectParcels(
  db: Queryable,
  tables: ShopTables,
  trackingNo: string,
): Promise<NumberedParcel[]> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<NumberedParcel>(
    `select ${waybills.id}::text as id, ${waybills.carrier} as carrier, ${waybills.trackingNo} as tracking_no,
            ${waybills.orderId}::text as order_id
       from ${waybills.name}
      where ${waybills.trackingNo} = any (array[upper($1), lower($1)])
      order by ${waybills.orderId} is null, ${waybills.id}
      limit ${MOST_PARCELS}`,
    [trackingNo],
  );
  return rows;
}

/** What was said of where a parcel is. */
export interface ParcelScan {
  readonly at: Date;
  readonly received_at: Date;
  readonly source: string;
  readonly status: string | null;
  readonly word: string;
  readonly text: string | null;
  readonly place: string | null;
  readonly workflow_id: string;
}

/** The newest first. */
export async function selectScans(
  db: Queryable,
  { id, tracking_no }: Pick<NumberedParcel, 'id' | 'tracking_no'>,
): Promise<ParcelScan[]> {
  const { rows } = await db.query<ParcelScan>(
    `select e.event_time as at, e.recorded_at as received_at, e.source, e.status,
            coalesce(said.word, e.raw_status) as word, said.text, said.place, e.workflow_id
       from waybell.platform_express_events e
       ${joinSaid('e', '$2')}
      where e.waybill_id = $1
      order by e.event_time desc, e.id desc
      limit ${MOST_SCANS}`,
    [id, tracking_no],
  );
  return rows;
}

/** What became of one update. */
export interface ParcelDecision {
  readonly workflow_id: string;
  readonly decided_at: Date;
  readonly closed_at: Date | null;
  readonly verdict: Verdict;
  readonly status: string | null;
  readonly state: 'open' | 'closed';
  readonly outcome: string | null;
}

/** The newest first. */
export async function selectDecisions(db: Queryable, waybillId: string): Promise<ParcelDecision[]> {
  const { rows } = await db.query<ParcelDecision>(
    `select workflow_id, created_at as decided_at, closed_at, verdict, status, state,
            case when state = 'closed' then outcome end as outcome
       from waybell.express_updates
      where waybill_id = $1
      order by seq desc
      limit ${MOST_DECISIONS}`,
    [waybillId],
  );
  return rows;
}

/** The messages of these deliveries, the newest first. */
export async function selectMessageIds(db: Queryable, workflowIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ message_id: string }>(
    `select message_id from public.express_notifications
      where workflow_id = any ($1) and message_id is not null
      order by created_at desc, aud desc
      limit ${MOST_MESSAGES}`,
    [workflowIds],
  );
  return rows.map(({ message_id }) => message_id);
}
