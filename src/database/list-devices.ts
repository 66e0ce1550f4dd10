import { DEVICE_COLUMNS, type Device } from './device';
import type { Queryable } from './pool';

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
export async function listDevices(db: Queryable, filter: DeviceFilter): Promise<Device[]> {
  // The names are this file's own, never the caller's.
  const narrowing = (['user_id', 'merchant_id', 'appid', 'is_active'] as const).filter(
    (column) => filter[column] !== undefined,
  );
  const { rows } = await db.query<Device>(
    `select ${DEVICE_COLUMNS}
       from public.push_devices
      where ${narrowing.map((column, index) => `${column} = $${index + 1}`).join(' and ')}
      order by last_seen_at desc
      limit ${LIMIT}`,
    narrowing.map((column) => filter[column]),
  );
  return rows;
}
