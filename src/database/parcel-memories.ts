import type { ShopTables } from '../config/config';
import { fittedId, readIdTypes } from './ids';
import { inDigestForm } from './parcel-events';
import type { Queryable } from './pool';
import { shopNames } from './shop-names';

/** Texts and places go, and what is the same for all. */
const DROPPED_OF_SCANS = `'{id,waybill_id,event_text_safe,place,workflow_id,raw_status,reading}'::text[]`;
/** Which word it was that says nothing decides: it stays, as its digest. */
const KEPT_WORD = `case when e.status is null
  then jsonb_build_object('raw_status', ${inDigestForm('e.raw_status')}) else '{}' end`;
const DROPPED_OF_UPDATES = `'{waybill_id,input}'::text[]`;

/**
 * Puts the rows of a parcel back whose rows were deleted, before anything is decided about it: whatever is heard of it
 * then meets what it would have met before. Needs the waybill's lock. Costs a look-up where nothing is remembered.
 */
export async function recallParcel(db: Queryable, waybillId: string): Promise<void> {
  await db.query(
    `with recalled as (
       delete from waybell.parcel_memories where waybill_id = $1 returning waybill_id, scans, updates),
     scans as (
       insert into waybell.platform_express_events overriding system value
       select row.* from recalled cross join jsonb_array_elements(scans) as scan
         cross join jsonb_populate_record(null::waybell.platform_express_events, '{"raw_status": ""}' || scan || jsonb_build_object(
                      'id', nextval(pg_get_serial_sequence('waybell.platform_express_events', 'id')),
                      'waybill_id', waybill_id, 'event_text_safe', '', 'workflow_id', '')) as row)
     insert into waybell.express_updates overriding system value
     select row.* from recalled cross join jsonb_array_elements(updates) as update
       cross join jsonb_populate_record(null::waybell.express_updates,
                    update || jsonb_build_object('waybill_id', waybill_id)) as row`,
    [waybillId],
  );
}

/** Updates whose parcels are looked at together. */
const PAGE = 500;

/** Where a page ended, in the order of the index. */
export interface UpdateCursor {
  readonly closedAt: string;
  readonly workflowId: string;
}

/** The parcels of the next updates that were closed more than `days` ago; `next` is `null` at their end. */
export async function listOldParcels(
  db: Queryable,
  days: number,
  after: UpdateCursor | null,
): Promise<{ readonly waybillIds: readonly string[]; readonly next: UpdateCursor | null }> {
  const { rows } = await db.query<UpdateCursor & { waybillId: string }>(
    `select waybill_id as "waybillId", closed_at::text as "closedAt", workflow_id as "workflowId"
       from waybell.express_updates
      where state = 'closed' and closed_at < now() - $1 * interval '1 day'
        ${after === null ? '' : 'and (closed_at, workflow_id) > ($2, $3)'}
      order by closed_at, workflow_id
      limit ${PAGE}`,
    [days, ...(after === null ? [] : [after.closedAt, after.workflowId])],
  );
  const last = rows.at(-1);
  return {
    waybillIds: [...new Set(rows.map(({ waybillId }) => waybillId))],
    next: last !== undefined && rows.length === PAGE ? last : null,
  };
}

/**
 * Deletes scans, updates and pushes of parcels of which nothing is open, nothing was closed within `days`, and no
 * archived webhook tells; keeps a memory of each. A parcel that somebody works on at this moment is left for later.
 * @returns how many parcels
 */
export async function foldParcels(
  db: Queryable,
  tables: ShopTables,
  waybillIds: readonly string[],
  days: number,
): Promise<number> {
  const { waybills } = shopNames(tables);
  const types = await readIdTypes(db, tables);
  const isOne = `${waybills.id} = any (array(select ${fittedId('id', types.waybillId)} from unnest($1::text[]) as id))`;
  // Whoever decides about a waybill holds its row.
  const locked = await db.query<{ id: string }>(
    `select ${waybills.id}::text as id from ${waybills.name} where ${isOne} for update skip locked`,
    [waybillIds],
  );
  const there = await db.query<{ id: string }>(
    `select ${waybills.id}::text as id from ${waybills.name} where ${isOne}`,
    [waybillIds],
  );
  const held = new Set(locked.rows.map((row) => row.id));
  const busy = new Set(there.rows.map((row) => row.id).filter((each) => !held.has(each)));
  const { rows } = await db.query<{ id: string }>(
    `select p.waybill_id as id from unnest($1::text[]) as p(waybill_id)
      where not exists (
        select from waybell.express_updates u
         where u.waybill_id = p.waybill_id and (u.state = 'open' or u.closed_at >= now() - $2 * interval '1 day'))`,
    [waybillIds.filter((each) => !busy.has(each)), days],
  );
  const quiet = rows.map((row) => row.id);
  const archived = await findArchived(db, quiet);
  const folded = quiet.filter((each) => !archived.has(each));
  if (folded.length === 0) return 0;
  await remember(db, folded);
  await deletePushes(db, folded);
  await db.query('delete from waybell.platform_express_events where waybill_id = any ($1)', [folded]);
  await db.query('delete from waybell.express_updates where waybill_id = any ($1)', [folded]);
  return folded.length;
}

/** Those of which a webhook tells that is in the archive: it may be replayed, and the ledger may meet it. */
async function findArchived(db: Queryable, waybillIds: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>(
    `select distinct waybill_id as id from waybell.express_updates
      where waybill_id = any ($1) and workflow_id = any (array(
        select workflow_id from waybell.webhooks cross join unnest(workflow_ids) as workflow_id
         where workflow_ids && array(
           select workflow_id from waybell.express_updates where waybill_id = any ($1))))`,
    [waybillIds],
  );
  return new Set(rows.map((row) => row.id));
}

/** Of the updates those stay that told something, and the one that saw the newest scan of each parcel instance. */
async function remember(db: Queryable, waybillIds: readonly string[]): Promise<void> {
  await db.query(
    `insert into waybell.parcel_memories (waybill_id, last_at, scans, updates)
     select p.waybill_id, told.last_at, coalesce(seen.scans, '[]'), told.updates
       from unnest($1::text[]) as p(waybill_id)
       cross join lateral (
         select max(closed_at) as last_at,
                jsonb_agg(jsonb_strip_nulls(to_jsonb(u) - ${DROPPED_OF_UPDATES})
                            || jsonb_build_object('decision', u.decision || '{"supersedes": []}') order by seq)
                  filter (where u.verdict = 'announce' or u.newest = 1) as updates
           from (select *, row_number() over (
                          partition by instance
                              order by decision ->> 'status' is not distinct from 'expired',
                                       latest_event_at desc nulls last, seq desc) as newest
                   from waybell.express_updates where waybill_id = p.waybill_id) u) told
       cross join lateral (
         select jsonb_agg(jsonb_strip_nulls(to_jsonb(e) - ${DROPPED_OF_SCANS}) || ${KEPT_WORD} order by e.id) as scans
           from waybell.platform_express_events e where e.waybill_id = p.waybill_id) seen`,
    [waybillIds],
  );
}

/** Whose pushes: everybody's, or those of messages to buyers. */
export type PushesOf = 'everybody' | 'buyers';

/** SQL: whether a push `p` is theirs. */
export const isPushOf = (whose: PushesOf): string =>
  whose === 'everybody'
    ? 'true'
    : `not exists (select from public.express_notifications n where n.message_id = p.message_id and n.aud = 'merchant')`;

/**
 * Deletes pushes of these waybills. A device lives by what its provider took: the newest acceptance is noted before its
 * row goes.
 * @returns how many pushes
 */
export async function deletePushes(
  db: Queryable,
  waybillIds: readonly string[],
  whose: PushesOf = 'everybody',
): Promise<number> {
  const { rows } = await db.query<{ deviceId: string; signAt: Date | null; count: number }>(
    `with gone as (
       delete from waybell.express_pushes p
        where workflow_id = any (array(
          select workflow_id from waybell.express_updates where waybill_id = any ($1)))
          and ${isPushOf(whose)}
       returning device_id, state, greatest(answered_at, delivered_at, shown_at) as sign_at)
     select device_id as "deviceId", max(sign_at) filter (where state = 'accepted') as "signAt", count(*)::int as count
       from gone group by device_id`,
    [waybillIds],
  );
  const signs = rows.filter(({ signAt }) => signAt !== null);
  const deleted = rows.reduce((sum, { count }) => sum + count, 0);
  if (signs.length === 0) return deleted;
  await db.query(
    `update public.push_devices d
        set last_sign_at = greatest(d.last_sign_at, s."signAt")
       from jsonb_to_recordset($1) as s("deviceId" text, "signAt" timestamptz)
      where d.id = any ($2) and d.id::text = s."deviceId"`,
    [JSON.stringify(signs), signs.map(({ deviceId }) => deviceId)],
  );
  return deleted;
}

const MEMORIES = 1_000;

/**
 * Of parcels that nobody has heard of for `days` only the newest scan and the last word that was told stay: enough that
 * a number which is used again is a new parcel, with message ids of its own.
 */
export async function reduceMemories(db: Queryable, days: number): Promise<{ readonly more: boolean }> {
  const newest = (list: string, order: string): string =>
    `coalesce((select jsonb_agg(item) from (
       select item from jsonb_array_elements(${list}) as item order by ${order} desc limit 1) last), '[]')`;
  const { rowCount } = await db.query(
    `update waybell.parcel_memories
        set reduced = true, scans = ${newest('scans', `item ->> 'status' is distinct from 'expired' desc, (item ->> 'event_time')::timestamptz`)},
            updates = ${newest('updates', `item ->> 'verdict' = 'announce' desc, (item ->> 'seq')::bigint`)}
      where waybill_id = any (array(
        select waybill_id from waybell.parcel_memories
         where not reduced and last_at < now() - $1 * interval '1 day' order by last_at limit ${MEMORIES}))`,
    [days],
  );
  return { more: rowCount === MEMORIES };
}

/** Forgets parcels altogether, where no notification of them can be left either. */
export async function deleteMemories(db: Queryable, days: number): Promise<{ readonly more: boolean }> {
  const { rowCount } = await db.query(
    `with forgotten as (
       delete from waybell.parcel_memories
        where waybill_id = any (array(
          select waybill_id from waybell.parcel_memories
           where reduced and last_at < now() - $1 * interval '1 day' order by last_at limit ${MEMORIES}))
       returning waybill_id),
     numbers as (
       delete from waybell.waybill_numbers where waybill_id = any (array(select waybill_id from forgotten)))
     select from forgotten`,
    [days],
  );
  return { more: rowCount === MEMORIES };
}
