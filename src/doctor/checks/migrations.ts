import { findPendingMigrations } from '../../database/schema/migrate';
import { describeObstacle, findObstacles } from '../../database/schema/obstacles';
import type { Check } from '../check';
import { ok, problem } from '../finding';

/** Never applied by the doctor: they are shown first, and a person applies them. */
export const migrations: Check = {
  name: 'migrations',
  async run({ database }) {
    const { pool } = await database();
    const pending = await findPendingMigrations(pool);
    if (pending.length === 0) return [ok('All migrations are applied.')];
    const obstacles = await findObstacles(pool);
    return [
      problem(
        `The database lacks ${pending.length} migration(s): ${pending.join(', ')}.`,
        'Look at them with "waybell migrate --plan", apply them with "waybell migrate".',
      ),
      ...obstacles.map((obstacle) =>
        problem(`Rows are in the way of a migration: ${obstacle.sentence}`, describeObstacle(obstacle)),
      ),
    ];
  },
};
