import type { Queryable } from './pool';

/**
 * Retires a device that its provider declared gone. Soft: a registration revives it, and a registration
 * newer than the try that brought the verdict wins.
 */
export async function deactivateDevice(
  db: Queryable,
  deviceId: string,
  reason: string,
  triedAt: Date,
): Promise<void> {
  await db.query(
    `update public.push_devices
        set is_active = false, inactive_reason = $2, inactive_at = now(), updated_at = now()
      where id = $1 and is_active and registered_at <= $3`,
    [deviceId, reason, triedAt],
  );
}
