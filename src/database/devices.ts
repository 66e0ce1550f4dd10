import type { MaxDevices, ShopTables } from '../config/config';
import type { ApnsEnvironment, NotificationPermission, WebPushKeys } from '../shipment/device';
import { canonicalId, isGivenId, readIdTypes } from './ids';
import type { Queryable } from './pool';

/** A row of `push_devices` as the API shows it; without the keys of a browser's subscription. Ids as text, whatever type the shop gave them. */
interface Device {
  readonly id: string;
  readonly appid: string;
  readonly cid: string;
  readonly user_id: string | null;
  readonly merchant_id: string | null;
  readonly platform: string | null;
  readonly provider: string;
  readonly installation_id: string | null;
  readonly apns_environment: string | null;
  readonly brand: string | null;
  readonly notifications: string | null;
  readonly is_active: boolean;
  readonly inactive_reason: string | null;
  readonly inactive_at: Date | null;
  readonly registered_at: Date;
  readonly last_seen_at: Date;
  readonly updated_at: Date;
}

const DEVICE_COLUMNS = `id::text as id, appid, cid, user_id::text as user_id, merchant_id::text as merchant_id,
  platform, provider, installation_id, apns_environment, brand, notifications, is_active, inactive_reason, inactive_at, registered_at, last_seen_at, updated_at`;

export interface Registration {
  readonly appid: string;
  readonly cid: string;
  /** `null`: nobody; `undefined`: not said, so that who it was stays, where the same person registers. */
  readonly userId: string | null | undefined;
  readonly merchantId: string | null | undefined;
  /** Who registers; `null` where nothing says it. */
  readonly personId: string | null;
  /** `null` leaves what an earlier registration said. */
  readonly platform: string | null;
  readonly provider: string | null;
  /** Which installation of the app it is: another cid of the same one is the same phone. */
  readonly installationId: string | null;
  readonly subscription: WebPushKeys | null;
  readonly apnsEnvironment: ApnsEnvironment | null;
  /** Whether its app has shown a key or a token; `null` where nobody was asked for one. */
  readonly proof: 'shown' | 'missing' | null;
  /** Who made the phone, as it says itself. */
  readonly brand: string | null;
  readonly notifications: NotificationPermission | null;
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

/** Why a device is retired whose app has said that nobody is signed in. */
const UNREGISTERED = 'unregistered';

/** SQL: whether the text `person` is the person of the device `d`. */
const isOf = (person: string): string =>
  `${canonicalId(`${person}::text`, null)} = ${canonicalId('d.user_id::text', null)}`;

/** SQL: whether the roles of the device `d` are those of who registers it: nobody has logged out, and `$12` is no other. */
const KEEPS_ROLES = `(d.inactive_reason is distinct from '${UNREGISTERED}' and ($12::text is null or ${isOf('$12')}))`;

/**
 * Registers a device, or registers it again, and returns the row as written. A role that is said is so from now on; one
 * that is not said stays while the same person registers, also where their app has got another cid. Another person
 * gets the phone without what the one before had on it: nobody else's parcels may appear there. The other fields are
 * facts about the phone and stay unless said anew. Older cids of the same installation
 * and owner are retired: the app was installed again, or its browser subscribed again. What is another account's stays:
 * an installation is only what an app says of itself. Of an owner with more active devices than `most` the oldest are
 * retired.
 *
 * Where the old system's unique key on (cid) is still there, a cid that is known under another app moves to this
 * one. Needs a transaction.
 * @returns `undefined` when it comes without proof and the phone has come with one before: nobody takes it over so; the
 * caller rolls back
 */
export async function upsertDevice(
  db: Queryable,
  device: Registration,
  most: MaxDevices,
): Promise<Device | undefined> {
  if (device.installationId !== null) await lockInstallation(db, device);
  const written = await writeAnywhere(db, device);
  if (written === undefined) return undefined;
  if (written.installation_id !== null) await retireOlderCids(db, written, device.proof);
  if (written.user_id !== null) await retireOldest(db, 'user_id', written.user_id, most.user);
  if (written.merchant_id !== null) await retireOldest(db, 'merchant_id', written.merchant_id, most.merchant);
  return written;
}

async function writeAnywhere(db: Queryable, device: Registration): Promise<Device | undefined> {
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

async function writeDevice(db: Queryable, device: Registration): Promise<Device | undefined> {
  const { rows } = await db.query<Device>(
    `insert into public.push_devices as d
       (appid, cid, user_id, merchant_id, platform, provider, installation_id, subscription, apns_environment,
        brand, notifications, is_active, registered_at, last_seen_at, updated_at, proven_at, tokenless_since)
     values ($1, $2, $3,
             case when $11::boolean then $4
                  else (select d.merchant_id from public.push_devices d
                         where d.appid = $1 and d.installation_id = $7 and d.cid <> $2 and d.is_active and ${isOf('$12')}
                         order by d.registered_at desc limit 1) end,
             $5, coalesce($6, '${FIRST_PROVIDER}'), $7, $8, $9, $14, $15, true, now(), now(), now(),
             case when $13 = 'shown' then now() end, case when $13 = 'missing' then now() end)
     on conflict (appid, cid) do update
        set user_id = case when $10::boolean then excluded.user_id when ${KEEPS_ROLES} then d.user_id end,
            merchant_id = case when not $11::boolean and ${KEEPS_ROLES}
                               then coalesce(d.merchant_id, excluded.merchant_id) else excluded.merchant_id end,
            platform = coalesce(excluded.platform, d.platform),
            provider = coalesce($6, d.provider),
            installation_id = coalesce(excluded.installation_id, d.installation_id),
            subscription = coalesce(excluded.subscription, d.subscription),
            apns_environment = coalesce(excluded.apns_environment, d.apns_environment),
            brand = coalesce(excluded.brand, d.brand),
            notifications = coalesce(excluded.notifications, d.notifications),
            is_active = true,
            inactive_reason = null,
            inactive_at = null,
            registered_at = now(),
            last_seen_at = now(),
            updated_at = now(),
            proven_at = coalesce(excluded.proven_at, d.proven_at),
            tokenless_since = case when $13 = 'missing' then coalesce(d.tokenless_since, now())
                                   when $13 = 'shown' then null else d.tokenless_since end
      where $13::text is distinct from 'missing' or d.proven_at is null
     returning ${DEVICE_COLUMNS}`,
    [
      device.appid,
      device.cid,
      device.userId ?? null,
      device.merchantId ?? null,
      device.platform,
      device.provider,
      device.installationId,
      device.subscription,
      device.apnsEnvironment,
      device.userId !== undefined,
      device.merchantId !== undefined,
      device.personId,
      device.proof,
      device.brand,
      device.notifications,
    ],
  );
  return rows[0];
}

/** Of two registrations of one installation at once, the later one sees the row of the other, and one stays active. */
async function lockInstallation(db: Queryable, { appid, installationId }: Registration): Promise<void> {
  await db.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`${appid}/${installationId}`]);
}

/**
 * A device that has a user is that person's; one without is its merchant's. Who comes without proof retires nothing that
 * has come with one: an installation may be anybody's word.
 */
async function retireOlderCids(db: Queryable, device: Device, proof: Registration['proof']): Promise<void> {
  const { appid, cid, installation_id, user_id, merchant_id } = device;
  await retireDevices(
    db,
    'reinstalled',
    `appid = $2 and installation_id = $3 and cid <> $4 and is_active
     and (user_id = $5 or (user_id is null and merchant_id = $6)) and ($7 or proven_at is null)`,
    [appid, installation_id, cid, user_id, merchant_id, proof !== 'missing'],
  );
}

/** Those that registered last stay, and before them those whose app has shown whose they are: no stranger drives them out. */
async function retireOldest(
  db: Queryable,
  owner: 'user_id' | 'merchant_id',
  id: string,
  most: number,
): Promise<void> {
  await retireDevices(
    db,
    'too_many_devices',
    `id in (select id from public.push_devices where ${owner} = $2 and is_active
             order by proven_at is not null desc, registered_at desc, id offset $3)`,
    [id, most],
  );
}

/** Finds a device by its identity and keeps its owner from changing until the transaction ends. */
export async function findDeviceForUpdate(
  db: Queryable,
  appid: string,
  cid: string,
): Promise<Device | undefined> {
  const { rows } = await db.query<Device>(
    `select ${DEVICE_COLUMNS} from public.push_devices where appid = $1 and cid = $2 for update`,
    [appid, cid],
  );
  return rows[0];
}

/** What to list. An absent part does not narrow the list. */
export interface DeviceFilter {
  readonly user_id?: string;
  readonly merchant_id?: string;
  readonly appid?: string;
  readonly is_active?: boolean;
}

/** An owner with more devices is a mistake; the newest are shown. */
const LIMIT = 500;

/** Lists devices, those seen last first. */
export async function listDevices(
  db: Queryable,
  tables: ShopTables,
  filter: DeviceFilter,
): Promise<Device[]> {
  const { userId, merchantId } = await readIdTypes(db, tables);
  const idTypes: Readonly<Partial<Record<keyof DeviceFilter, string | null>>> = {
    user_id: userId,
    merchant_id: merchantId,
  };
  // The names are this file's own, never the caller's.
  const narrowing = (['user_id', 'merchant_id', 'appid', 'is_active'] as const).filter(
    (column) => filter[column] !== undefined,
  );
  const conditions = narrowing.map((column, index) => {
    const [given, type] = [`$${index + 1}`, idTypes[column]];
    return type === undefined ? `${column} = ${given}` : isGivenId(column, given, type);
  });
  const { rows } = await db.query<Device>(
    `select ${DEVICE_COLUMNS}
       from public.push_devices
      where ${conditions.join(' and ')}
      order by last_seen_at desc
      limit ${LIMIT}`,
    narrowing.map((column) => filter[column]),
  );
  return rows;
}

/** Retires a device because its app said so. */
export async function unregisterDevice(
  db: Queryable,
  appid: string,
  cid: string,
): Promise<Device | undefined> {
  const [device] = await retireDevices(db, UNREGISTERED, 'appid = $2 and cid = $3', [appid, cid]);
  return device;
}

/** Retires a device that its provider declared gone; a registration newer than the try that brought the verdict wins. */
export async function deactivateDevice(
  db: Queryable,
  deviceId: string,
  reason: string,
  triedAt: Date,
): Promise<void> {
  await retireDevices(db, reason, 'id = $2 and is_active and registered_at <= $3', [deviceId, triedAt]);
}

/**
 * Retires devices, for a reason that people are told. Their rows stay, since they say why nothing arrives any more, and
 * a registration revives them.
 * @param which the SQL that finds them, over `values` from $2 on
 */
export async function retireDevices(
  db: Queryable,
  reason: string,
  which: string,
  values: readonly unknown[],
): Promise<Device[]> {
  const { rows } = await db.query<Device>(
    `update public.push_devices
        set is_active = false, inactive_reason = $1, inactive_at = now(), updated_at = now()
      where ${which}
     returning ${DEVICE_COLUMNS}`,
    [reason, ...values],
  );
  return rows;
}
