import { heartbeat } from '@temporalio/activity';
import { inTransaction } from '../database/pool';
import { type DeviceCursor, retireSilentDevices as retireBatch } from '../database/retire-silent-devices';
import { SILENT_AFTER_DAYS } from '../push/settings';
import { attempts } from './attempts';
import type { ActivityDeps } from './deps';

/**
 * Retires the devices of every provider that were silent for longer than its rule, batch by batch. Returns how many.
 * @throws what failed first, after the devices of the others are retired
 */
export function createRetireSilentDevices({ pool, log, shadow = false }: ActivityDeps) {
  return async function retireSilentDevices(): Promise<number> {
    // Another system pushes to them.
    if (shadow) return 0;
    const { attempt, end } = attempts(
      log,
      'silent devices were not all retired; the next run tries it again',
    );
    let total = 0;
    for (const rule of SILENT_AFTER_DAYS) {
      await attempt(async () => {
        let after: DeviceCursor | null = null;
        do {
          const { retired, next } = await inTransaction(pool, (db) => retireBatch(db, rule, after));
          total += retired;
          after = next;
          heartbeat(total);
        } while (after !== null);
      });
    }
    end();
    return total;
  };
}
