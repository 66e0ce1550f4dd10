import { heartbeat } from '@temporalio/activity';
import { inTransaction } from '../database/pool';
import { type DeviceCursor, retireSilentDevices as retireBatch } from '../database/retire-silent-devices';
import { SILENT_AFTER_DAYS } from '../push/settings';
import type { ActivityDeps } from './deps';

/** Retires the devices of every provider that were silent for longer than its rule, batch by batch. Returns how many. */
export function createRetireSilentDevices({ pool, shadow = false }: ActivityDeps) {
  return async function retireSilentDevices(): Promise<number> {
    // Another system pushes to them.
    if (shadow) return 0;
    let total = 0;
    for (const rule of SILENT_AFTER_DAYS) {
      let after: DeviceCursor | null = null;
      do {
        const { retired, next } = await inTransaction(pool, (db) => retireBatch(db, rule, after));
        total += retired;
        after = next;
        heartbeat(total);
      } while (after !== null);
    }
    return total;
  };
}
