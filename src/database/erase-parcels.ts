import type { EndReason } from '../shipment/end-reason';
import type { ErasedKind } from '../shipment/erasure';
import type { ErasureParcel } from './erasure-parcels';
import { deletePushes, isPushOf } from './parcel-memories';
import type { Queryable } from './pool';
import { BROKEN_OFF } from './updates';

/**
 * What is kept of a parcel, and what becomes of it. This list is the whole of it: a table that gets something about a
 * person gets a line here, and `test/erasure` searches every table for what the list has missed.
 */
interface Line {
  readonly kind: ErasedKind;
  readonly table: string;
  /** SQL over `t`: only what still holds something, so that a second time counts nothing. */
  readonly where: string;
  /** SQL of an update; absent: the rows go. */
  readonly set?: string;
  /** What $1 and, where there is one, $2 are. */
  readonly values: (batch: Batch) => unknown[];
}

interface Batch {
  readonly waybillIds: readonly string[];
  readonly trackingNos: readonly string[];
}

const byId = ({ waybillIds }: Batch): unknown[] => [waybillIds];
const byNumber = ({ trackingNos }: Batch): unknown[] => [trackingNos];
const byBoth = ({ waybillIds, trackingNos }: Batch): unknown[] => [waybillIds, trackingNos];

/** SQL: the deliveries of these waybills. */
const DELIVERIES = `array(select u.workflow_id from waybell.express_updates u where u.waybill_id = any ($1))`;

/** What is erased is not told any more, whatever ended it before and would let it start again. */
const ERASED: EndReason = 'erased';
const MAY_START_AGAIN = `(t.state = 'open' or t.reason in (${BROKEN_OFF.map((reason) => `'${reason}'`).join(', ')}))`;

/** By the delivery too: the message of a number that its row has no more names the row. */
const IS_OURS = `t.tracking_no = any ($2) and t.workflow_id is not null
  and (t.waybill_id::text = any ($1) or t.workflow_id = any (${DELIVERIES}))`;

/** The updates last: the lines before find their deliveries by them. */
const LINES: readonly Line[] = [
  {
    ...{ kind: 'waits', table: 'waybell.express_waits', values: byId },
    where: 't.waybill_id = any ($1)',
  },
  {
    ...{ kind: 'notifications', table: 'public.express_notifications', values: byBoth },
    where: `${IS_OURS} and t.aud is distinct from 'merchant'`,
  },
  {
    // Theirs: who ordered stands in no message to a merchant, but what the carrier wrote may.
    ...{ kind: 'merchant_texts', table: 'public.express_notifications', values: byBoth },
    where: `${IS_OURS} and t.aud = 'merchant' and t.event_text_safe <> ''`,
    set: `event_text_safe = ''`,
  },
  {
    // By the number alone, as they are kept: of every carrier that has it.
    ...{ kind: 'texts', table: 'waybell.scan_texts', values: byNumber },
    where: 't.tracking_no = any ($1)',
  },
  {
    ...{ kind: 'pickup_codes', table: 'waybell.pickup_codes', values: byId },
    where: `t.workflow_id = any (${DELIVERIES})`,
  },
  {
    // Its key and its status stay: a scan that is known is no news.
    ...{ kind: 'scans', table: 'waybell.platform_express_events', values: byId },
    where: `t.waybill_id = any ($1) and (t.event_text_safe <> '' or t.place is not null or t.raw_status <> '')`,
    set: `event_text_safe = '', place = null, raw_status = ''`,
  },
  {
    ...{ kind: 'memories', table: 'waybell.parcel_memories', values: byId },
    where: `t.waybill_id = any ($1) and t.scans @? '$[*].raw_status'`,
    set: `scans = (select jsonb_agg(scan - 'raw_status') from jsonb_array_elements(scans) as scan)`,
  },
  {
    ...{ kind: 'queue_imports', table: 'waybell.queue_imports', values: byId },
    // Not "<>": for that PostgreSQL would read the whole index of those.
    where: `t.workflow_id = any (${DELIVERIES}) and t.update is distinct from '{}'`,
    set: `update = '{}', started_at = coalesce(started_at, now())`,
  },
  {
    // One that an interrupted import has still to start is in no other table.
    ...{ kind: 'queue_imports', table: 'waybell.queue_imports' },
    // As it stands in a workflow id.
    values: ({ trackingNos }) => [trackingNos.map(encodeURIComponent)],
    where: `t.started_at is null and split_part(t.workflow_id, '/', 4) = any ($1)`,
    set: `update = '{}', started_at = now()`,
  },
  {
    ...{ kind: 'bulk_retries', table: 'waybell.bulk_retries', values: byId },
    where: `t.workflow_id = any (${DELIVERIES})`,
  },
  {
    // One without an order may be the second row of a waybill, which is listed by its first. Those of a number that was
    // corrected name the row of the shop, and the parcel that is listed has an id of its own.
    ...{ kind: 'status_changes', table: 'waybell.status_changes', values: byBoth },
    where: `t.tracking_no = any ($2) and (t.order_id is null or t.waybill_id = any ($1) or t.waybill_id = any (array(
      select k.former_of from waybell.waybill_numbers k where k.waybill_id = any ($1))))`,
  },
  {
    ...{ kind: 'refusals', table: 'waybell.channel_refusals', values: byNumber },
    where: `t.tracking_no <> '' and t.tracking_no = any ($1)`,
  },
  {
    ...{ kind: 'deliveries', table: 'waybell.express_updates', values: byId },
    where: `t.waybill_id = any ($1) and (t.input is not null or ${MAY_START_AGAIN})`,
    set: `input = null, state = 'closed', closed_at = coalesce(closed_at, now()),
      outcome = case when t.state = 'open' then 'superseded' else outcome end,
      reason = case when ${MAY_START_AGAIN} then '${ERASED}' else reason end`,
  },
];

const batchOf = (parcels: readonly ErasureParcel[]): Batch => ({
  waybillIds: parcels.flatMap(({ waybillId }) => (waybillId === '' ? [] : [waybillId])),
  trackingNos: [...new Set(parcels.map(({ trackingNo }) => trackingNo))],
});

type Counts = Partial<Record<ErasedKind, number>>;

/** Erases what the tables hold of these parcels. Needs their marks: what comes in meanwhile is written without texts. */
export async function eraseParcels(db: Queryable, parcels: readonly ErasureParcel[]): Promise<Counts> {
  const batch = batchOf(parcels);
  const counts: Counts = { pushes: await deletePushes(db, batch.waybillIds, 'buyers') };
  for (const { kind, table, where, set, values } of LINES) {
    const { rowCount } = await db.query(
      set === undefined
        ? `delete from ${table} t where ${where}`
        : `update ${table} t set ${set} where ${where}`,
      values(batch),
    );
    counts[kind] = (counts[kind] ?? 0) + (rowCount ?? 0);
  }
  return counts;
}

/** How many rows `eraseParcels` would find. */
export async function countErasable(db: Queryable, parcels: readonly ErasureParcel[]): Promise<Counts> {
  const batch = batchOf(parcels);
  const counts: Counts = await countPushes(db, batch);
  for (const { kind, table, where, values } of LINES) {
    const { rows } = await db.query<{ count: number }>(
      `select count(*)::int as count from ${table} t where ${where}`,
      values(batch),
    );
    counts[kind] = (counts[kind] ?? 0) + (rows[0]?.count ?? 0);
  }
  return counts;
}

async function countPushes(db: Queryable, batch: Batch): Promise<Counts> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from waybell.express_pushes p
      where p.workflow_id = any (${DELIVERIES}) and ${isPushOf('buyers')}`,
    byId(batch),
  );
  return { pushes: rows[0]?.count ?? 0 };
}

/**
 * The deliveries of these parcels, as far as the database knows them. Of one that is another version of another, that
 * one's id too: by it the webhook was archived.
 */
export async function selectDeliveriesOf(
  db: Queryable,
  parcels: readonly ErasureParcel[],
): Promise<string[]> {
  const { rows } = await db.query<{ workflow_id: string }>(
    'select workflow_id from waybell.express_updates where waybill_id = any ($1)',
    [batchOf(parcels).waybillIds],
  );
  return [...new Set(rows.flatMap((row) => [row.workflow_id, row.workflow_id.split('~')[0] ?? '']))];
}

/** How many messages to merchants about these parcels there are. */
export async function countMerchantMessages(
  db: Queryable,
  parcels: readonly ErasureParcel[],
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from public.express_notifications t where ${IS_OURS} and t.aud = 'merchant'`,
    byBoth(batchOf(parcels)),
  );
  return rows[0]?.count ?? 0;
}
