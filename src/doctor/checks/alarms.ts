import { listRobots, type RobotState } from '../../database/alarms';
import { inTransaction } from '../../database/pool';
import { ok, requireMigrations, warning, type Check, type Seen } from '../check';

/** Who is told of alarms, and whether they took what they were told last. Nobody is told anything by this look. */
export const alarms: Check = {
  name: 'alarms',
  async run({ config, database }) {
    const ids = config.alarms.robots.map(({ id }) => id);
    if (ids.length === 0) return [nobody(config.database.kind)];
    const { pool } = await database();
    await requireMigrations(pool);
    const states = await inTransaction(pool, (db) => listRobots(db, ids));
    return ids.map((id) =>
      seen(
        id,
        states.find(({ robot }) => robot === id),
      ),
    );
  },
};

/** Embedded parts are for trying. */
function nobody(kind: 'embedded' | 'external'): Seen {
  const words = 'Nobody is told of alarms: ALARM_URLS is not set.';
  return kind === 'embedded'
    ? ok(words)
    : warning(words, 'Set ALARM_URLS to the robot of a group chat, then: npx waybell alarms test');
}

function seen(id: string, state: RobotState | undefined): Seen {
  if (state?.answeredAt == null) return ok(`${id} was told nothing yet; "waybell alarms test" tries it.`);
  const at = state.answeredAt.toISOString();
  if (state.failures === 0) return ok(`${id} took its last message, at ${at}.`);
  return warning(
    `${id} did not take its last ${state.failures} message(s), at ${at}: ${state.words}`,
    'Compare its URL and secret in ALARM_URLS with the robot, then: npx waybell alarms test',
  );
}
