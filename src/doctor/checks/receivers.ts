import { inTransaction } from '../../database/pool';
import { findClosedChangeFunctions, lendingCommand } from '../../database/schema/access';
import { listReceivers, MOST_COUNTED, type ReceiverState } from '../../database/status-receivers';
import { ok, problem, requireMigrations, warning, type Check, type Seen } from '../check';
import { describeLateness, isBehind } from '../receiver-watch';

/** Who is told each change of a status by a webhook, and how far they are. Nobody is told anything by this look. */
export const receivers: Check = {
  name: 'receivers',
  async run({ config, database, clock }) {
    const ids = config.receivers.map(({ id }) => id);
    if (ids.length === 0) return [ok('Nobody is told changes of statuses by webhook.')];
    const { pool } = await database();
    await requireMigrations(pool);
    const closed = await inTransaction(pool, findClosedChangeFunctions);
    if (closed.length > 0)
      return [
        problem(
          `This role may not run ${closed.join(', ')}: no receiver is told anything (error 42501).`,
          `As the owner of the tables, run: ${await inTransaction(pool, lendingCommand)}`,
        ),
      ];
    const states = await inTransaction(pool, (db) => listReceivers(db, ids));
    return ids.map((id) =>
      seen(
        id,
        states.find(({ receiver }) => receiver === id),
        clock(),
      ),
    );
  },
};

function seen(id: string, state: ReceiverState | undefined, now: number): Seen {
  if (state === undefined) return ok(`${id} was told nothing yet: no worker has begun with it.`);
  const { position, waiting, next, failures, disabledAt } = state;
  const left = `${waiting}${waiting === MOST_COUNTED ? ' or more' : ''} waiting`;
  if (disabledAt !== null)
    return problem(
      `${describeLateness(state)}; ${left}.`,
      `Take its URL out of STATUS_WEBHOOKS, or: npx waybell receivers restart ${id}`,
    );
  if (failures > 0)
    return warning(
      `${describeLateness(state)}; ${failures} tries, ${left}.`,
      `Mend the receiver; it is asked again by itself. One change that it will never take is passed over by: npx waybell receivers restart ${id} --after ${next ?? position}`,
    );
  if (isBehind(state, now))
    return warning(
      `${describeLateness(state)}; ${left}.`,
      'What it has not taken is deleted after STATUS_CHANGE_RETENTION_DAYS: let it answer faster, see in the log of the worker whether it is told at all, or read the table.',
    );
  return ok(`${id} has taken the changes up to position ${position}; ${left}.`);
}
