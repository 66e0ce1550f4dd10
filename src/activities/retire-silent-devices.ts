import { heartbeat } from '@temporalio/activity';
import { inTransaction } from '../database/pool';
import { retireSilentDevices as retireBatch } from '../database/retire-silent-devices';
import { SILENT_AFTER_DAYS } from '../push/settings';
import type { ActivityDeps } from './deps';

/** Retires the devices of every provider that were silent for longer than its rule, batch by batch. Returns how many. */
export function createRetireSilentDevices({ pool }: ActivityDeps) {
  return async function retireSilentDevices(): Promise<number> {
    let total = 0;
    for (const rule of SILENT_AFTER_DAYS) {
      for (let more = true; more;) {
        const batch = await inTransaction(pool, (db) => retireBatch(db, rule));
        total += batch.retired;
        more = batch.more;
        heartbeat(total);
      }
    }
    return total;
  };
}
