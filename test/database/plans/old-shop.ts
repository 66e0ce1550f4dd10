import type pg from 'pg';
import type { DatabaseKind } from '../../setup/run-info';

/** Parcels of a shop that has run for a year; each table that grows has at least as many rows. */
export const PARCELS = 150_000;
/** What is under way at one time. */
const WAITING = 60;

/** Tables that have the more rows the older a shop is. */
export const GROWING = [
  'ml_orders',
  'platform_express_waybills',
  'express_notifications',
  'push_devices',
  'platform_express_events',
  'express_updates',
  'scan_texts',
  'status_changes',
  'pickup_codes',
  'express_pushes',
  'webhooks',
  'carrier_corrections',
  'waybill_numbers',
  'queue_imports',
  'bulk_retries',
  'parcel_memories',
  'audit',
] as const;

/** A moment of the last year, as old as the row is early. */
const LATE = `now() - (${PARCELS} - n) * interval '365 days' / ${PARCELS}`;

/** Ids of one parcel, as the columns of that kind of database take them. */
export const idsOf = (kind: DatabaseKind, n: number): Record<'order' | 'user' | 'merchant', string> => {
  const id = (letter: string): string =>
    kind === 'seed' ? `${letter.repeat(8)}-0000-4000-8000-${String(n).padStart(12, '0')}` : `${letter}-${n}`;
  return { order: id('a'), user: id('b'), merchant: id('c') };
};

/** Fills a database of either kind with a year of parcels, and makes its statistics fresh. */
export async function fillOldShop(pool: pg.Pool, kind: DatabaseKind): Promise<void> {
  const id = (letter: string): string =>
    kind === 'seed'
      ? `('${letter.repeat(8)}-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid`
      : `'${letter}-' || n`;
  const waybill = `('dddddddd-0000-4000-8000-' || lpad(n::text, 12, '0'))`;
  const workflow = `'delivery/own-system/yto/OLD' || n || '/x'`;
  const rows = `from generate_series(1, ${PARCELS}) n`;
  const shop = [
    `insert into ml_orders (id, user_id, merchant_id) select ${id('a')}, ${id('b')}, ${id('c')} ${rows}`,
    `insert into platform_express_waybills (id, carrier, tracking_no, order_id, created_at, updated_at)
     select ${waybill}::uuid, (array['yto', 'zto', 'sto'])[1 + n % 3], 'OLD' || n, ${id('a')}, ${LATE}, ${LATE} ${rows}`,
    `insert into push_devices (id, cid, user_id, merchant_id, provider, is_active, last_seen_at, registered_at, installation_id)
     select md5('d' || n)::uuid, 'cid-' || n, ${id('b')}, case when n % 50 = 0 then ${id('c')} end, (array['unicloud', 'fcm'])[1 + n % 2],
            n % 10 > 0, now() - (n % 100) * interval '1 day', ${LATE}, 'i-' || n ${rows}`,
    `insert into express_notifications (message_id, aud, recipient_id, order_id, waybill_id, carrier, tracking_no,
            status, title, body, content, event_text_safe, send_status, workflow_id, created_at)
     select ${waybill} || ':1:delivered:1:user', 'user', ${id('b')}, ${id('a')}, ${waybill}${kind === 'seed' ? '::uuid' : ''}, 'yto',
            'OLD' || n, 'delivered', 't', 'b', 'c', 'e', 'success', ${workflow}, ${LATE} ${rows}`,
  ];
  const ours = [
    `insert into waybell.platform_express_events (waybill_id, instance, event_key, event_time, status, raw_status,
            event_text_safe, source, workflow_id)
     select ${waybill}, 1, 'k' || n, ${LATE}, 'delivered', 'x', 'text', 'own-system', ${workflow} ${rows}`,
    `insert into waybell.scan_texts (tracking_no, source, event_key, event_time, text, received_at)
     select 'OLD' || n, 'own-system', 'k' || n, ${LATE}, 'text', ${LATE} ${rows}`,
    // Each row that takes its position by itself holds a lock until the end of the transaction.
    'alter table waybell.status_changes disable trigger take_position',
    `insert into waybell.status_changes (position, waybill_id, order_id, carrier, tracking_no, parcel, status, scanned_at,
            written_at)
     select n, ${waybill}, ${id('a')}, 'yto', 'OLD' || n, 1, 'delivered', ${LATE}, ${LATE} ${rows}`,
    'alter table waybell.status_changes enable trigger take_position',
    `select setval('waybell.status_positions', ${PARCELS})`,
    `insert into waybell.pickup_codes (workflow_id, scanned_at, received_at, sealed)
     select ${workflow}, ${LATE}, ${LATE}, 'v1.x.y' ${rows}`,
    `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, status, occurrence, latest_event_at,
            decision, state, outcome, created_at, closed_at, run_id)
     select ${workflow}, ${waybill}, 'announce', 1, 'delivered', 1, ${LATE}, '{}',
            case when n > ${PARCELS - WAITING} then 'open' else 'closed' end, 'success', ${LATE},
            case when n > ${PARCELS - WAITING} then null else ${LATE} end, 'r' ${rows}`,
    `insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round, code,
            claimed_at, answered_at, provider_id)
     select ${waybill} || ':1:delivered:1:user', md5('d' || n)::uuid::text, ${workflow}, 'cid-' || n,
            (array['unicloud', 'fcm'])[1 + n % 2], case when n % 20 = 0 then 'failed' else 'accepted' end, 1, 'ok',
            ${LATE}, ${LATE}, 'p-' || n ${rows}`,
    `insert into waybell.webhooks (id, source, channel, received_at, media_type, body, verdict, flaws, workflow_ids, kept_by)
     select to_char(${LATE}, 'YYYYMMDDHH24MISSUS') || n, 'source-' || n % 15, 'c', ${LATE},
            'application/json', '\\x7b7d', case when n % 100 = 0 then 'flawed' else 'read' end, '[]', array[${workflow}],
            case when n > ${PARCELS - WAITING} then 'journal' end ${rows}`,
    `insert into waybell.carrier_corrections (carrier, tracking_no, waybill_id, corrected_at)
     select 'sto', 'OLD' || n, ${waybill}, ${LATE} ${rows}`,
    `insert into waybell.waybill_numbers (waybill_id, carrier, tracking_no, noted_at)
     select ${waybill}, (array['yto', 'zto', 'sto'])[1 + n % 3], 'OLD' || n, ${LATE} ${rows}`,
    `insert into waybell.queue_imports (workflow_id, update, queue_ids, taken_at, started_at)
     select ${workflow}, '{}', array['q-' || n], ${LATE}, case when n > ${PARCELS - WAITING} then null else ${LATE} end ${rows}`,
    `insert into waybell.audit (at, actor, place, action, subject, asked, outcome)
     select ${LATE}, 'key-' || n % 50, 'here', 'retryDelivery', 'OLD' || n, '{}', 'done' ${rows}`,
    `insert into waybell.parcel_memories (waybill_id, last_at, scans, updates, reduced)
     select 'gone-' || n, ${LATE}, '[]', '[]', n % 2 = 0 ${rows}`,
    `insert into waybell.bulk_retries (retry_id, workflow_id, outcome, words, added_at)
     select 'retry-' || n / 1000, ${workflow}, case when n > ${PARCELS - WAITING} then null else 'asked' end, 'w', ${LATE} ${rows}`,
    `insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, deadline)
     select 'delivery/own-system/yto/OLD' || n || '/x', (array['order', 'device', 'retry'])[1 + n % 3],
            case n % 3 when 0 then '' else 'user' end, case n % 3 when 0 then '' else (${id('b')})::text end, ${waybill},
            now() + interval '1 day'
       from generate_series(${PARCELS - WAITING / 2}, ${PARCELS}) n`,
  ];
  const indexes = await takeIndexes(pool);
  await Promise.all([fill(pool, shop), fill(pool, ours)]);
  const half = Math.ceil(indexes.length / 2);
  await Promise.all([fill(pool, indexes.slice(0, half)), fill(pool, indexes.slice(half))]);
  await pool.query('vacuum analyze');
}

/** Takes away what only makes the filling slow. Returns the SQL that builds it again. */
async function takeIndexes(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; sql: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as sql
       from pg_index i join pg_class c on c.oid = i.indrelid
      where c.relname = any ($1) and not exists (select from pg_constraint k where k.conindid = i.indexrelid)`,
    [GROWING],
  );
  for (const { name } of rows) await pool.query(`drop index ${name}`);
  return rows.map(({ sql }) => sql);
}

async function fill(pool: pg.Pool, statements: readonly string[]): Promise<void> {
  const client = await pool.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    client.release();
  }
}
