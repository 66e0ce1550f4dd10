import { retireDevices } from './devices';
import type { Queryable } from './pool';

/** Devices that one statement looks at: far below what a statement may take. */
const BATCH = 500;

/** A provider, and after how many days without a sign of life its devices are dead. */
export interface SilenceRule {
  readonly provider: string;
  readonly days: number;
}

/** Where a batch ended, in the order of the index; as text, so that no digit is lost. */
export interface DeviceCursor {
  readonly lastSeenAt: string;
  readonly id: string;
}

const SILENT = `id in (
  select d.id from public.push_devices d
   where d.id = any ($2) and d.is_active and d.last_seen_at < now() - $3 * interval '1 day'
     -- They have the time of the migration that added the column.
     and not exists (
       select from waybell.migrations m
        where m.run_on = d.registered_at and m.run_on > now() - $3 * interval '1 day')
     and coalesce(d.last_sign_at <= now() - $3 * interval '1 day', true)
     and not exists (
       select from waybell.express_pushes p
        where p.cid = d.cid and p.device_id = d.id::text and p.state = 'accepted'
          and greatest(p.answered_at, p.delivered_at, p.shown_at) > now() - $3 * interval '1 day')
     for update skip locked)`;

/**
 * Retires devices that nobody heard of for longer than their provider keeps them: neither a registration, nor a push
 * that the provider took or the phone showed. Some apps register once only; as long as their provider takes pushes it
 * does not count them as dead. Nor are those which were there before Waybell, until it has listened for as long: what
 * was pushed to them before, it does not know. A registration revives.
 *
 * Looks at one batch of those that were seen last longest ago, after `after`: those that live by their pushes are not
 * looked at again and again.
 * @returns how many were retired, and where the next batch begins; `null` when there is none
 */
export async function retireSilentDevices(
  db: Queryable,
  { provider, days }: SilenceRule,
  after: DeviceCursor | null,
): Promise<{ readonly retired: number; readonly next: DeviceCursor | null }> {
  const { rows } = await db.query<DeviceCursor>(
    `select d.id::text as id, d.last_seen_at::text as "lastSeenAt" from public.push_devices d
      where d.is_active and d.provider = $1 and d.last_seen_at < now() - $2 * interval '1 day'
        ${after === null ? '' : 'and (d.last_seen_at, d.id) > ($3, $4)'}
      order by d.last_seen_at, d.id
      limit ${BATCH}`,
    [provider, days, ...(after === null ? [] : [after.lastSeenAt, after.id])],
  );
  const { length: retired } = await retireDevices(db, 'silent', SILENT, [rows.map(({ id }) => id), days]);
  return { retired, next: rows.length === BATCH ? (rows.at(-1) ?? null) : null };
}
