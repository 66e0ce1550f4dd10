import { detectPoolerMode, readServerFacts } from '../../database/schema/access';
import {
  addMissingKey,
  examineShop,
  findMissingKeys,
  type ShopProblem,
} from '../../database/schema/check-shop';
import { findPendingMigrations } from '../../database/schema/migrate';
import { describeObstacle, findObstacles } from '../../database/schema/obstacles';
import { NotReachable, ok, problem, START, warning, type Check, type Seen } from '../check';
import { measureTables, type TableSize } from '../../database/retention';
import { joined, type Explanation } from '../../shipment/explanation';
import { judgeKeys } from '../keys';

/** gen_random_uuid() is built in from here on. */
const OLDEST = 13;

export const postgresql: Check = {
  name: 'postgresql',
  async run({ database }) {
    try {
      const { pool } = await database();
      const { version, versionName, role, superuser, bypassesRls } = await readServerFacts(pool);
      const seen: Seen[] = [
        version >= OLDEST * 10_000
          ? ok({ en: `PostgreSQL ${versionName} answers.`, zh: `PostgreSQL ${versionName} 有应答。` })
          : problem(
              { en: `PostgreSQL ${versionName} is too old.`, zh: `PostgreSQL ${versionName} 太旧。` },
              { en: `Upgrade it to ${OLDEST} or later.`, zh: `请升级到 ${OLDEST} 或更新的版本。` },
            ),
      ];
      const rights = superuser
        ? { en: 'superuser', zh: '超级用户' }
        : bypassesRls
          ? { en: 'bypasses row-level security', zh: '绕过行级安全' }
          : { en: 'row-level security binds it', zh: '受行级安全约束' };
      return [
        ...seen,
        ok({
          en: `Connected as role ${role}: ${rights.en}.`,
          zh: `以角色 ${role} 连接：${rights.zh}。`,
        }),
      ];
    } catch (error) {
      if (!(error instanceof NotReachable)) throw error;
      return [
        error.isExpected
          ? warning(error.explanation, START)
          : problem(error.explanation, {
              en: 'Bring the server back; compare host, role and password of DATABASE_URL.',
              zh: '请恢复服务器；核对 DATABASE_URL 的主机、角色和密码。',
            }),
      ];
    }
  },
};

export const pooler: Check = {
  name: 'pooler',
  async run({ database }) {
    const mode = await detectPoolerMode((await database()).url);
    if (mode === 'direct')
      return [
        ok({
          en: 'PostgreSQL is reached directly, without a pooler.',
          zh: '直接连接 PostgreSQL，中间没有连接池。',
        }),
      ];
    if (mode === 'session')
      return [
        ok({
          en: 'PostgreSQL is reached through a pooler in session mode.',
          zh: '经过会话（session）模式的连接池连接 PostgreSQL。',
        }),
      ];
    return [
      warning(
        {
          en: 'PostgreSQL is reached through a pooler in transaction mode: good for running, not for "waybell migrate", which holds a lock of its session.',
          zh: '经过事务（transaction）模式的连接池连接 PostgreSQL：可以运行，但不能用于 waybell migrate，因为它要持有会话锁。',
        },
        {
          en: 'Migrate with the direct address or session mode (docs/migrating.md, 1).',
          zh: '迁移时请使用直连地址或会话模式（docs/migrating.md，1）。',
        },
      ),
    ];
  },
};

/** Never applied by the doctor: they are shown first, and a person applies them. */
export const migrations: Check = {
  name: 'migrations',
  async run({ database }) {
    const { pool } = await database();
    const pending = await findPendingMigrations(pool);
    if (pending.length === 0) return [ok({ en: 'All migrations are applied.', zh: '所有迁移都已执行。' })];
    const obstacles = await findObstacles(pool);
    return [
      problem(
        {
          en: `The database lacks ${pending.length} migration(s): ${pending.join(', ')}.`,
          zh: `数据库缺少 ${pending.length} 个迁移：${pending.join('、')}。`,
        },
        {
          en: 'Look at them with "waybell migrate --plan", apply them with "waybell migrate".',
          zh: '用 waybell migrate --plan 查看，用 waybell migrate 执行。',
        },
      ),
      ...obstacles.map((obstacle) =>
        problem(
          {
            en: `Rows are in the way of a migration: ${obstacle.sentence.en}`,
            zh: `有的行挡住了迁移：${obstacle.sentence.zh}`,
          },
          describeObstacle(obstacle),
        ),
      ),
    ];
  },
};

/** The mapping of the shop's tables, grants, and whether row-level security may hide rows from the role. */
export const tables: Check = {
  name: 'tables',
  async run({ config, database }) {
    const { problems, warnings } = await examineShop((await database()).pool, config);
    if (problems.length + warnings.length === 0) {
      return [
        ok({
          en: 'All tables and columns are there; the role sees every row and may do what it must.',
          zh: '所有的表和列都在；角色能看到每一行，并且有所需的权限。',
        }),
      ];
    }
    return [
      ...problems.map(({ kind, sentence, mend = '' }) => problem(sentence, FIX[kind](mend))),
      ...warnings.map((line) => warning(line, OF_THE_SHOP)),
    ];
  },
};

const CORRECT_IT: Explanation = {
  en: 'Correct the table or the setting that the sentence names.',
  zh: '请更正这句话所指的表或设置。',
};
/** The line to paste stands in it. */
const FIX: Readonly<Record<ShopProblem['kind'], (mend: string) => Explanation>> = {
  grant: (sql) => ({
    en: `As the owner of the table: ${sql} docs/migrating.md says which role is meant.`,
    zh: `请以表的所有者执行：${sql} docs/migrating.md 说明应是哪个角色。`,
  }),
  hidden: (sql) => ({
    en: `As a superuser: ${sql} Or connect as the owner of the table. Do not switch row-level security off.`,
    zh: `请以超级用户执行：${sql} 或者以表的所有者连接。不要关闭行级安全。`,
  }),
  missing: () => CORRECT_IT,
  stale: (command) => ({
    en: `As the owner of the tables: ${command}`,
    zh: `请以表的所有者执行：${command}`,
  }),
  tables: () => CORRECT_IT,
};

const OF_THE_SHOP: Explanation = {
  en: 'As the owner of the table: run the SQL of the sentence, or give the column that it names a default.',
  zh: '请以表的所有者执行这句话中的 SQL，或者为它所指的列设置默认值。',
};

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
    if (missing.length === 0)
      return [
        ok({
          en: 'message_id and (appid, cid) have plain unique indexes.',
          zh: 'message_id 和 (appid, cid) 都有普通唯一索引。',
        }),
      ];
    return missing.map((key) => {
      const columns = key.columns.join(', ');
      const found = {
        en: `${key.table} has no plain unique index on (${columns})${key.unfit === null ? '' : `: ${key.unfit} is partial or broken`} (error 42P10).`,
        zh: `${key.table} 在 (${columns}) 上没有普通唯一索引${key.unfit === null ? '' : `：${key.unfit} 是部分索引，或已损坏`}（错误 42P10）。`,
      };
      // Before the migration the table may lack the columns; with it comes the index.
      if (pending.length > 0)
        return problem(found, {
          en: 'The migration adds it: "waybell migrate".',
          zh: '迁移会添加它：waybell migrate。',
        });
      const inTheWay = obstacles.filter(({ table }) => table === key.table);
      return inTheWay.length > 0
        ? problem(found, {
            en: inTheWay.map((one) => describeObstacle(one).en).join('\n'),
            zh: inTheWay.map((one) => describeObstacle(one).zh).join('\n'),
          })
        : problem(found, BUILD_IT, async () => {
            const name = await addMissingKey(url, key);
            return { en: `Built the unique index ${name}.`, zh: `已建立唯一索引 ${name}。` };
          });
    });
  },
};

const BUILD_IT: Explanation = {
  en: '"waybell doctor --fix" builds it without holding up writes.',
  zh: 'waybell doctor --fix 会建立它，不阻塞写入。',
};

/** How large the tables that grow are, and which of them no setting bounds. */
export const sizes: Check = {
  name: 'sizes',
  async run({ config, database }) {
    const measured = await measureTables((await database()).pool);
    const list = measured.map(describeSize);
    const endless = config.retention.notifications === null ? NOTIFICATIONS_STAY : NOTIFICATIONS_GO;
    const archive = measured.find(({ name }) => name === 'waybell.webhooks');
    const isFull = archive !== undefined && archive.bytes > config.retention.webhookBytes;
    const sizes = {
      en: `${list.map(({ en }) => en).join('; ')}.`,
      zh: `${list.map(({ zh }) => zh).join('；')}。`,
    };
    return [ok(joined(sizes, endless)), ...(isFull ? [ARCHIVE_FULL] : [])];
  },
};

const NOTIFICATIONS_STAY: Explanation = {
  en: 'All but devices and notifications end by retention; notifications stay, as NOTIFICATION_RETENTION_DAYS is not set.',
  zh: '除设备和通知外，都会按保留期删除；没有设置 NOTIFICATION_RETENTION_DAYS，因此通知一直保留。',
};
const NOTIFICATIONS_GO: Explanation = {
  en: 'All but devices end by retention.',
  zh: '除设备外，都会按保留期删除。',
};
const ARCHIVE_FULL = warning(
  {
    en: 'The archive of webhooks has reached WEBHOOK_RETENTION_MB: its oldest ones go before WEBHOOK_RETENTION_DAYS is over.',
    zh: 'webhook 存档已达到 WEBHOOK_RETENTION_MB：最旧的内容不到 WEBHOOK_RETENTION_DAYS 就会删除。',
  },
  {
    en: 'Set WEBHOOK_RETENTION_MB higher where the disk has room; see with "waybell channels list" who sends so much.',
    zh: '磁盘有空间时请调高 WEBHOOK_RETENTION_MB；用 waybell channels list 查看谁发送得这么多。',
  },
);
const MB = 1024 * 1024;

function describeSize({ name, rows, bytes }: TableSize): Explanation {
  const [count, size] = [Math.round(rows), Math.ceil(bytes / MB)];
  return { en: `${name}: about ${count} rows, ${size} MB`, zh: `${name}：约 ${count} 行，${size} MB` };
}

/** Keys of a Supabase project against its secret, as far as both are in the environment. */
export const supabaseKeys: Check = {
  name: 'supabase keys',
  run({ config, supabase, clock }) {
    const { secret, keys } = supabase;
    if (keys.length === 0)
      return Promise.resolve([
        ok({
          en: 'No key of Supabase is set, and none is needed.',
          zh: '没有设置 Supabase 的密钥，也不需要。',
        }),
      ]);
    if (secret === undefined) {
      const names = keys.map(({ variable }) => variable).join(', ');
      return Promise.resolve([
        warning(
          {
            en: `${names}: not verified, without SUPABASE_JWT_SECRET.`,
            zh: `${names}：没有 SUPABASE_JWT_SECRET，无法验证。`,
          },
          { en: 'Set it, and run "waybell keys verify".', zh: '请设置它，然后运行 waybell keys verify。' },
        ),
      ]);
    }
    const judged = judgeKeys(supabase, secret.value, clock());
    // They are the old system's: only where apps come with access tokens does Waybell itself depend on the secret.
    const mildly = config.deviceRegistration !== 'jwt';
    return Promise.resolve(
      judged.map((seen) =>
        mildly && seen.level === 'problem' ? { ...seen, level: 'warning' as const } : seen,
      ),
    );
  },
};
