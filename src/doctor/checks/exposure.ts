import type { Config } from '../../config/config';
import { reachOf } from '../../config/network-reach';
import { onlyThisMachine, openDoors, withoutNamedProxy } from '../../config/open-doors';
import { findReadableByPublicRoles } from '../../database/schema/public-roles';
import { ok, warning, type Check, type Seen } from '../check';

/** What the settings leave open to others. */
export const doors: Check = {
  name: 'open doors',
  run: ({ config }) => {
    const open = openDoors(config).map(({ what, fix }) => warning(what, fix));
    const closed =
      open.length === 0
        ? [ok({ en: 'The settings leave nothing open.', zh: '设置没有让任何门开着。' })]
        : open;
    const here = onlyThisMachine(config);
    return Promise.resolve([...closed, ...(here === undefined ? [] : [ok(here)]), ...proxy(config)]);
  },
};

/** Who answers this machine only has a proxy on it, or is reached by nobody else; who answers others may have none. */
function proxy(config: Config): Seen[] {
  const unlimited = withoutNamedProxy(config);
  if (unlimited === undefined) return [];
  if (reachOf(config.host) !== 'machine') return [ok(unlimited)];
  return [
    warning(unlimited, {
      en: 'Let the proxy set X-Forwarded-For, and set TRUSTED_PROXIES to its address: 127.0.0.1.',
      zh: '请让代理设置 X-Forwarded-For，并把 TRUSTED_PROXIES 设为它的地址：127.0.0.1。',
    }),
  ];
}

/** Tables that everybody reads who has the public key of the shop's app. */
export const publicRoles: Check = {
  name: 'public roles',
  async run({ config, database }) {
    const readable = await findReadableByPublicRoles((await database()).pool, config.shopTables);
    if (readable.length === 0)
      return [
        ok({
          en: 'Neither anon nor authenticated may read every row of a table.',
          zh: 'anon 和 authenticated 都不能读取任何一个表的全部行。',
        }),
      ];
    return readable.map(({ table, role }) =>
      warning(
        {
          en: `Role ${role} may read every row of ${table}.`,
          zh: `角色 ${role} 可以读取 ${table} 的每一行。`,
        },
        {
          en: `As its owner: revoke select on ${table} from ${role}; or switch row-level security on, with a policy for own rows.`,
          zh: `请以它的所有者执行：revoke select on ${table} from ${role}; 或者打开行级安全，并为各自的行写一条策略。`,
        },
      ),
    );
  },
};
