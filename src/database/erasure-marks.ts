import { createHash } from 'node:crypto';
import { REUSE_GAP_MS } from '../shipment/parcel-instance';
import type { ErasureParcel } from './erasure-parcels';
import { canonicalId } from './ids';
import type { Queryable } from './pool';

/**
 * Marks say that something was erased without saying what: digests of a buyer, of a waybill of the shop, and of a
 * number. A waybill is one parcel: nobody is told of it. A number may be that of two carriers: by it only words are kept
 * away, which come before anybody knows the waybill. A number is short, so whoever tries all of them finds it; it is no
 * name, though, and it stands in the shop's own table beside it. A secret key would have to lie beside the digests, and
 * would keep nobody out who reads them. Marks go with the memories of parcels: a sender that tells whole histories does
 * so while a parcel is under way.
 */
type Marked = 'user' | 'parcel' | 'number';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function markOf(kind: Marked, id: string): string {
  const canonical = kind === 'user' && UUID.test(id) ? id.toLowerCase() : id;
  return createHash('sha256').update(`${kind} ${canonical}`).digest('hex');
}

/** SQL: whether the user of this text was erased. */
export function isErasedUser(id: string, type: string | null): string {
  return `exists (select from waybell.erasure_marks m
    where m.digest = encode(sha256(convert_to('user ' || ${canonicalId(id, type)}, 'UTF8')), 'hex'))`;
}

/** Marks a buyer. */
export async function markUser(db: Queryable, userId: string): Promise<void> {
  await db.query(
    `insert into waybell.erasure_marks (digest, erased_at, until) values ($1, now(), now())
     on conflict (digest) do update set erased_at = excluded.erased_at, until = excluded.until`,
    [markOf('user', userId)],
  );
}

/**
 * Marks parcels and their numbers. A scan within half a year of the last one is still of the same parcel, and so is all
 * that was scanned before now.
 */
export async function markParcels(db: Queryable, parcels: readonly ErasureParcel[]): Promise<void> {
  const marks = parcels.flatMap(({ waybillId, trackingNo }) => [
    { digest: markOf('number', trackingNo), waybillId },
    ...(waybillId === '' ? [] : [{ digest: markOf('parcel', waybillId), waybillId }]),
  ]);
  await db.query(
    `insert into waybell.erasure_marks as known (digest, erased_at, until)
     select m.digest, now(), greatest(now(), max(last.at) + $2 * interval '1 millisecond')
       from jsonb_to_recordset($1) as m(digest text, "waybillId" text)
       left join lateral (
         select max(e.event_time) as at from waybell.platform_express_events e where e.waybill_id = m."waybillId"
         union all
         select last_at from waybell.parcel_memories p where p.waybill_id = m."waybillId") last on true
      group by m.digest
      -- In one order, so that two erasures never wait for each other.
      order by m.digest
     on conflict (digest) do update
        set erased_at = excluded.erased_at, until = greatest(known.until, excluded.until)`,
    [JSON.stringify(marks), REUSE_GAP_MS],
  );
}

/** Until when a scan is of what was erased, by those of the waybills, or numbers, that were. */
export async function selectErasedUntil(
  db: Queryable,
  kind: 'parcel' | 'number',
  names: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  if (names.length === 0) return new Map();
  const named = new Map(names.map((name) => [markOf(kind, name), name]));
  const { rows } = await db.query<{ digest: string; until: Date }>(
    'select digest, until from waybell.erasure_marks where digest = any ($1)',
    [[...named.keys()]],
  );
  return new Map(rows.map(({ digest, until }) => [named.get(digest) ?? '', until]));
}

/** SQL: whether a scan of this number and time is of what was erased. */
export const isErasedScan = (trackingNo: string, time: string): string => `exists (
  select from waybell.erasure_marks m
   where m.digest = encode(sha256(convert_to('number ' || ${trackingNo}, 'UTF8')), 'hex') and ${time} <= m.until)`;

const MARKS = 1_000;

/** Forgets a batch of the marks that are older. */
export async function deleteOldMarks(db: Queryable, days: number): Promise<{ readonly more: boolean }> {
  const { rowCount } = await db.query(
    `delete from waybell.erasure_marks
      where digest = any (array(
        select digest from waybell.erasure_marks
         where erased_at < now() - $1 * interval '1 day' order by erased_at limit ${MARKS}))`,
    [days],
  );
  return { more: rowCount === MARKS };
}
