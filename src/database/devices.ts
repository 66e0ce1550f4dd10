import type { ApnsEnvironment, WebPushKeys } from '../push/provider';
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
  /** Which installation of the app it is: another cid of the same one is the same phone. */
  readonly installationId: string | null;
  readonly subscription: WebPushKeys | null;
  readonly apnsEnvironment: ApnsEnvironment | null;
}

/** The provider of a device that names none: the only one that the seed knew. */
export const FIRST_PROVIDER = 'unicloud';

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
 * on it. The other fields are facts about the phone and stay unless said anew. Older cids of the same installation
 * are retired: the app was installed again, or its browser subscribed again.
 *
 * Where the old system's unique key on (cid) is still there, a cid that is known under another app moves to this
 * one. Needs a transaction.
 */
export async function upsertDevice(db: Queryable, device: Registration): Promise<Device> {
  if (device.installationId !== null) await lockInstallation(db, device);
  const written = await writeAnywhere(db, device);
  if (written.installation_id !== null) await retireOlderCids(db, written);
  return written;
}

async function writeAnywhere(db: Queryable, device: Registration): Promise<Device> {
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
       (appid, cid, user_id, merchant_id, platform, provider, installation_id, subscription, apns_environment,
        is_active, registered_at, last_seen_at, updated_at)
     values ($1, $2, $3, $4, $5, coalesce($6, '${FIRST_PROVIDER}'), $7, $8, $9, true, now(), now(), now())
     on conflict (appid, cid) do update
        set user_id = excluded.user_id,
            merchant_id = excluded.merchant_id,
            platform = coalesce(excluded.platform, d.platform),
            provider = coalesce($6, d.provider),
            installation_id = coalesce(excluded.installation_id, d.installation_id),
            subscription = coalesce(excluded.subscription, d.subscription),
            apns_environment = coalesce(excluded.apns_environment, d.apns_environment),
            is_active = true,
            inactive_reason = null,
            inactive_at = null,
            registered_at = now(),
            last_seen_at = now(),
            updated_at = now()
     returning ${DEVICE_COLUMNS}`,
    [
      device.appid,
      device.cid,
      device.userId,
      device.merchantId,
      device.platform,
      device.provider,
      device.installationId,
      device.subscription,
      device.apnsEnvironment,
    ],
  );
  return rows[0] as Device;
}

/** Of two registrations of one installation at once, the later one sees the row of the other, and one stays active. */
async function lockInstallation(db: Queryable, { appid, installationId }: Registration): Promise<void> {
  await db.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${appid}/${installationId}`]);
}

async function retireOlderCids(db: Queryable, { appid, cid, installation_id }: Device): Promise<void> {
  await db.query(
    `update public.push_devices
        set is_active = false, inactive_reason = 'reinstalled', inactive_at = now(), updated_at = now()
      where appid = $1 and installation_id = $2 and cid <> $3 and is_active`,
    [appid, installation_id, cid],
  );
}
