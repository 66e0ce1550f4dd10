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
    if (ids.length === 0)
      return [
        ok({
          en: 'Nobody is told changes of statuses by webhook.',
          zh: '没有用 webhook 向任何一方通知状态变化。',
        }),
      ];
    const { pool } = await database();
    await requireMigrations(pool);
    const closed = await inTransaction(pool, findClosedChangeFunctions);
    if (closed.length > 0) {
      const lending = await inTransaction(pool, lendingCommand);
      return [
        problem(
          {
            en: `This role may not run ${closed.join(', ')}: no receiver is told anything (error 42501).`,
            zh: `这个角色无权执行 ${closed.join('、')}：任何接收方都收不到通知（错误 42501）。`,
          },
          {
            en: `As the owner of the tables, run: ${lending}`,
            zh: `请以表的所有者执行：${lending}`,
          },
        ),
      ];
    }
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
  if (state === undefined)
    return ok({
      en: `${id} was told nothing yet: no worker has begun with it.`,
      zh: `${id} 还没有收到任何通知：没有 worker 开始处理它。`,
    });
  const { position, waiting, next, failures, disabledAt } = state;
  const isMore = waiting === MOST_COUNTED;
  const left = {
    en: `${waiting}${isMore ? ' or more' : ''} waiting`,
    zh: `${waiting} 个${isMore ? '以上' : ''}在等待`,
  };
  const late = describeLateness(state);
  const found = { en: `${late.en}; ${left.en}.`, zh: `${late.zh}；${left.zh}。` };
  if (disabledAt !== null)
    return problem(found, {
      en: `Take its URL out of STATUS_WEBHOOKS, or: npx waybell receivers restart ${id}`,
      zh: `请从 STATUS_WEBHOOKS 中删除它的 URL，或者：npx waybell receivers restart ${id}`,
    });
  if (failures > 0)
    return warning(
      {
        en: `${late.en}; ${failures} tries, ${left.en}.`,
        zh: `${late.zh}；已尝试 ${failures} 次，${left.zh}。`,
      },
      {
        en: `Mend the receiver; it is asked again by itself. One change that it will never take is passed over by: npx waybell receivers restart ${id} --after ${next ?? position}`,
        zh: `请修复接收方；会自动再次询问它。它永远不会接受的那个变化，可以这样跳过：npx waybell receivers restart ${id} --after ${next ?? position}`,
      },
    );
  if (isBehind(state, now))
    return warning(found, {
      en: 'What it has not taken is deleted after STATUS_CHANGE_RETENTION_DAYS: let it answer faster, see in the log of the worker whether it is told at all, or read the table.',
      zh: '它没有接受的内容在 STATUS_CHANGE_RETENTION_DAYS 之后删除：请让它应答得更快，在 worker 的日志里查看是否通知过它，或直接读取表。',
    });
  return ok({
    en: `${id} has taken the changes up to position ${position}; ${left.en}.`,
    zh: `${id} 已接受到位置 ${position} 为止的变化；${left.zh}。`,
  });
}
