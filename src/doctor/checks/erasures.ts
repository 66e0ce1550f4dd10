import { findMissingDeletes } from '../../database/erase-person';
import { findStuck } from '../../database/erasures';
import { inTransaction } from '../../database/pool';
import { lendingCommand } from '../../database/schema/access';
import { ok, problem, requireMigrations, warning, type Check } from '../check';

/** Whether what was asked to be erased goes, also where a trigger of the shop has asked and nobody waits for it. */
export const erasures: Check = {
  name: 'erasures',
  async run({ database }) {
    const { pool } = await database();
    await requireMigrations(pool);
    const { stuck, missing, lending } = await inTransaction(pool, async (db) => ({
      stuck: await findStuck(db),
      missing: await findMissingDeletes(db),
      lending: await lendingCommand(db),
    }));
    const grant = `As the owner of the tables, run: ${lending}, or grant delete on ${missing.join(', ')} to it`;
    if (stuck.count > 0)
      return [
        problem(
          `${stuck.count} erasure(s) were asked for more than an hour ago and are not done, the oldest is ${stuck.oldest}.`,
          missing.length > 0 ? grant : `Look at workflow erasure/${stuck.oldest} in the Temporal UI.`,
        ),
      ];
    if (missing.length > 0)
      return [warning(`Nothing can be erased: the role lacks DELETE on ${missing.join(' and ')}.`, grant)];
    return [ok('Every erasure that was asked for is done or under way.')];
  },
};
