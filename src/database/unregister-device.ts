import { DEVICE_COLUMNS, type Device } from './device';
import type { Queryable } from './pool';

/** Retires a device because its app said so. The row stays: it tells why nothing arrives any more. */
export async function unregisterDevice(
  db: Queryable,
  appid: string,
  cid: string,
): Promise<Device | undefined> {
  const { rows } = await db.query<Device>(
    `update public.push_devices
        set is_active = false, inactive_reason = 'unregistered', inactive_at = now(), updated_at = now()
      where appid = $1 and cid = $2
     returning ${DEVICE_COLUMNS}`,
    [appid, cid],
  );
  return rows[0];
}
