import { DEVICE_COLUMNS, type Device } from './device';
import type { Queryable } from './pool';

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
