import { retireDevices } from './devices';
import type { Queryable } from './pool';

/** Rows of one statement: far below what a statement may take. */
const BATCH = 500;

/** A provider, and after how many days without a sign of life its devices are dead. */
export interface SilenceRule {
  readonly provider: string;
  readonly days: number;
}

const SILENT = `id in (
  select d.id from public.push_devices d
   where d.is_active and d.provider = $2 and d.last_seen_at < now() - $3 * interval '1 day'
     -- They have the time of the migration that added the column.
     and not exists (
       select from waybell.migrations m
        where m.run_on = d.registered_at and m.run_on > now() - $3 * interval '1 day')
     and not exists (
       select from waybell.express_pushes p
        where p.cid = d.cid and p.device_id = d.id::text and p.state = 'accepted'
          and greatest(p.answered_at, p.delivered_at, p.shown_at) > now() - $3 * interval '1 day')
   limit ${BATCH}
     for update skip locked)`;

/**
 * Retires devices that nobody heard of for longer than their provider keeps them: neither a registration, nor a push
 * that the provider took or the phone showed. Some apps register once only; as long as their provider takes pushes it
 * does not count them as dead. Nor are those which were there before Waybell, until it has listened for as long: what
 * was pushed to them before, it does not know. A registration revives.
 * @returns how many; when it is a full batch, there may be more.
 */
export async function retireSilentDevices(
  db: Queryable,
  { provider, days }: SilenceRule,
): Promise<{ readonly retired: number; readonly more: boolean }> {
  const { length: retired } = await retireDevices(db, 'silent', SILENT, [provider, days]);
  return { retired, more: retired === BATCH };
}
