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

/**
 * Registers a device, or registers it again, and returns the row as written. Both owner columns are replaced,
 * also by null: the phone belongs to the account that registers it now, and nobody else's parcels may appear
 * on it. Platform and provider are facts about the phone and stay unless said anew.
 */
export async function upsertDevice(db: Queryable, device: Registration): Promise<Device> {
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
