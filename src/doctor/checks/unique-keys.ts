import { addMissingKey, findMissingKeys } from '../../database/missing-keys';
import { describeObstacle, findObstacles } from '../../database/schema/obstacles';
import { findPendingMigrations } from '../../database/schema/migrate';
import type { Check } from '../check';
import { ok, problem } from '../finding';

/** `on conflict` needs plain unique indexes; a partial one gives error 42P10. */
export const uniqueKeys: Check = {
  name: 'unique keys',
  async run({ database }) {
    const { url, pool } = await database();
    const [missing, obstacles, pending] = await Promise.all([
      findMissingKeys(pool),
      findObstacles(pool),
      findPendingMigrations(pool),
    ]);
    if (missing.length === 0) return [ok('message_id and (appid, cid) have plain unique indexes.')];
    return missing.map((key) => {
      const columns = key.columns.join(', ');
      const found = `${key.table} has no plain unique index on (${columns})${key.unfit === null ? '' : `: ${key.unfit} is partial or broken`} (error 42P10).`;
      // Before the migration the table may lack the columns; with it comes the index.
      if (pending.length > 0) return problem(found, 'The migration adds it: "waybell migrate".');
      const inTheWay = obstacles.filter(({ sentence }) => sentence.startsWith(key.table));
      return inTheWay.length > 0
        ? problem(found, inTheWay.map(describeObstacle).join('\n'))
        : problem(found, '"waybell doctor --fix" builds it without holding up writes.', async () => {
            return `Built the unique index ${await addMissingKey(url, key)}.`;
          });
    });
  },
};
