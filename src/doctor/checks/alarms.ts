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
  const words = {
    en: 'Nobody is told of alarms: ALARM_URLS is not set.',
    zh: '警报不通知任何人：没有设置 ALARM_URLS。',
  };
  return kind === 'embedded'
    ? ok(words)
    : warning(words, {
        en: 'Set ALARM_URLS to the robot of a group chat, then: npx waybell alarms test',
        zh: '请把 ALARM_URLS 设为群聊机器人的地址，然后：npx waybell alarms test',
      });
}

function seen(id: string, state: RobotState | undefined): Seen {
  if (state?.answeredAt == null)
    return ok({
      en: `${id} was told nothing yet; "waybell alarms test" tries it.`,
      zh: `${id} 还没有收到任何消息；可以用 waybell alarms test 试一试。`,
    });
  const at = state.answeredAt.toISOString();
  if (state.failures === 0)
    return ok({ en: `${id} took its last message, at ${at}.`, zh: `${id} 接受了最近一条消息，时间 ${at}。` });
  return warning(
    {
      en: `${id} did not take its last ${state.failures} message(s), at ${at}: ${state.words}`,
      zh: `${id} 没有接受最近 ${state.failures} 条消息，时间 ${at}：${state.words}`,
    },
    {
      en: 'Compare its URL and secret in ALARM_URLS with the robot, then: npx waybell alarms test',
      zh: '请核对 ALARM_URLS 中它的 URL 和密钥与机器人是否一致，然后：npx waybell alarms test',
    },
  );
}
