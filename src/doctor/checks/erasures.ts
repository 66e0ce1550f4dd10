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
    const grant = {
      en: `As the owner of the tables, run: ${lending}, or grant delete on ${missing.join(', ')} to it`,
      zh: `请以表的所有者执行：${lending}，或者授予该角色 grant delete on ${missing.join(', ')}`,
    };
    if (stuck.count > 0)
      return [
        problem(
          {
            en: `${stuck.count} erasure(s) were asked for more than an hour ago and are not done, the oldest is ${stuck.oldest}.`,
            zh: `有 ${stuck.count} 个删除请求已超过一小时仍未完成，最早的是 ${stuck.oldest}。`,
          },
          missing.length > 0
            ? grant
            : {
                en: `Look at workflow erasure/${stuck.oldest} in the Temporal UI.`,
                zh: `请在 Temporal UI 中查看工作流 erasure/${stuck.oldest}。`,
              },
        ),
      ];
    if (missing.length > 0)
      return [
        warning(
          {
            en: `Nothing can be erased: the role lacks DELETE on ${missing.join(' and ')}.`,
            zh: `无法删除任何内容：角色缺少 ${missing.join('、')} 的 DELETE 权限。`,
          },
          grant,
        ),
      ];
    return [
      ok({
        en: 'Every erasure that was asked for is done or under way.',
        zh: '所有删除请求都已完成或正在进行。',
      }),
    ];
  },
};
