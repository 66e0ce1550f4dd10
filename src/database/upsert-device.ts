import { DEVICE_COLUMNS, type Device } from './device';
import type { Queryable } from './pool';

export interface Registration {
  readonly appid: string;
  readonly cid: string;
  readonly userId: string | null;
  readonly merchantId: string | null;
  /** `null` leaves what an earlier registration said. */
  readonly platform: string | null;
  readonly provider: string | null;
}

/** The provider of a device that names none: the only one that the seed knew. */
const FIRST_PROVIDER = 'unicloud';

/** What a device of ours always has: it may lack one of the owners, and the platform. */
export const DEVICE_FILLED_COLUMNS = [
  'appid',
  'cid',
  'provider',
  'is_active',
  'registered_at',
  'last_seen_at',
  'updated_at',
] as const;

const UNIQUE_VIOLATION = '23505';

/**
 * Registers a device, or registers it again, and returns the row as written. Both owner columns are replaced,
 * also by null: the phone belongs to the account that registers it now, and nobody else's parcels may appear
 * on it. Platform and provider are facts about the phone and stay unless said anew.
 *
 * Where the old system's unique key on (cid) is still there, a cid that is known under another app moves to this
 * one. Needs a transaction.
 */
export async function upsertDevice(db: Queryable, device: Registration): Promise<Device> {
  await db.query('savepoint device');
  try {
    return await writeDevice(db, device);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION)) throw error;
    await db.query('rollback to savepoint device');
    await db.query('update public.push_devices set appid = $1 where cid = $2', [device.appid, device.cid]);
    return writeDevice(db, device);
  }
}

async function writeDevice(db: Queryable, device: Registration): Promise<Device> {
  const { rows } = await db.query<Device>(
    `insert into public.push_devices as d
       (appid, cid, user_id, merchant_id, platform, provider, is_active, registered_at, last_seen_at, updated_at)
     values ($1, $2, $3, $4, $5, coalesce($6, '${FIRST_PROVIDER}'), true, now(), now(), now())
     on conflict (appid, cid) do update
        set user_id = excluded.user_id,
            merchant_id = excluded.merchant_id,
            platform = coalesce(excluded.platform, d.platform),
            provider = coalesce($6, d.provider),
            is_active = true,
            inactive_reason = null,
            inactive_at = null,
            registered_at = now(),
            last_seen_at = now(),
            updated_at = now()
     returning ${DEVICE_COLUMNS}`,
    [device.appid, device.cid, device.userId, device.merchantId, device.platform, device.provider],
  );
  return rows[0] as Device;
}
