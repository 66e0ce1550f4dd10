import { detectPoolerMode, readServerFacts } from '../../database/schema/access';
import {
  addMissingKey,
  examineShop,
  findMissingKeys,
  type ShopProblem,
} from '../../database/schema/check-shop';
import { findPendingMigrations } from '../../database/schema/migrate';
import { describeObstacle, findObstacles } from '../../database/schema/obstacles';
import { NotReachable, ok, problem, warning, type Check, type Seen } from '../check';
import { measureTables, type TableSize } from '../../database/retention';
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
          ? ok(`PostgreSQL ${versionName} answers.`)
          : problem(`PostgreSQL ${versionName} is too old.`, `Upgrade it to ${OLDEST} or later.`),
      ];
      const rights = superuser
        ? 'superuser'
        : bypassesRls
          ? 'bypasses row-level security'
          : 'row-level security binds it';
      return [...seen, ok(`Connected as role ${role}: ${rights}.`)];
    } catch (error) {
      if (!(error instanceof NotReachable)) throw error;
      return [
        error.isExpected
          ? warning(error.message, 'Start Waybell (npm start).')
          : problem(error.message, 'Bring the server back; compare host, role and password of DATABASE_URL.'),
      ];
    }
  },
};

export const pooler: Check = {
  name: 'pooler',
  async run({ database }) {
    const mode = await detectPoolerMode((await database()).url);
    if (mode === 'direct') return [ok('PostgreSQL is reached directly, without a pooler.')];
    if (mode === 'session') return [ok('PostgreSQL is reached through a pooler in session mode.')];
    return [
      warning(
        'PostgreSQL is reached through a pooler in transaction mode: good for running, not for "waybell migrate", which holds a lock of its session.',
        'Migrate with the direct address or session mode (docs/migrating.md, 1).',
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

/** The mapping of the shop's tables, grants, and whether row-level security may hide rows from the role. */
export const tables: Check = {
  name: 'tables',
  async run({ config, database }) {
    const { problems, warnings } = await examineShop((await database()).pool, config);
    if (problems.length + warnings.length === 0) {
      return [ok('All tables and columns are there; the role sees every row and may do what it must.')];
    }
    return [
      ...problems.map(({ kind, sentence, mend = '' }) => problem(sentence, FIX[kind](mend))),
      ...warnings.map((line) => warning(line, OF_THE_SHOP)),
    ];
  },
};

const CORRECT_IT = 'Correct the table or the setting that the sentence names.';
/** The line to paste stands in it. */
const FIX: Readonly<Record<ShopProblem['kind'], (mend: string) => string>> = {
  grant: (sql) => `As the owner of the table: ${sql} docs/migrating.md says which role is meant.`,
  hidden: (sql) =>
    `As a superuser: ${sql} Or connect as the owner of the table. Do not switch row-level security off.`,
  missing: () => CORRECT_IT,
  stale: (command) => `As the owner of the tables: ${command}`,
  tables: () => CORRECT_IT,
};

const OF_THE_SHOP =
  'As the owner of the table: run the SQL of the sentence, or give the column that it names a default.';

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
      const inTheWay = obstacles.filter(({ table }) => table === key.table);
      return inTheWay.length > 0
        ? problem(found, inTheWay.map(describeObstacle).join('\n'))
        : problem(found, '"waybell doctor --fix" builds it without holding up writes.', async () => {
            return `Built the unique index ${await addMissingKey(url, key)}.`;
          });
    });
  },
};

/** How large the tables that grow are, and which of them no setting bounds. */
export const sizes: Check = {
  name: 'sizes',
  async run({ config, database }) {
    const measured = await measureTables((await database()).pool);
    const list = measured.map(describeSize).join('; ');
    const endless = config.retention.notifications === null ? NOTIFICATIONS_STAY : NOTIFICATIONS_GO;
    const archive = measured.find(({ name }) => name === 'waybell.webhooks');
    const isFull = archive !== undefined && archive.bytes > config.retention.webhookBytes;
    return [ok(`${list}. ${endless}`), ...(isFull ? [ARCHIVE_FULL] : [])];
  },
};

const NOTIFICATIONS_STAY =
  'All but devices and notifications end by retention; notifications stay, as NOTIFICATION_RETENTION_DAYS is not set.';
const NOTIFICATIONS_GO = 'All but devices end by retention.';
const ARCHIVE_FULL = warning(
  'The archive of webhooks has reached WEBHOOK_RETENTION_MB: its oldest ones go before WEBHOOK_RETENTION_DAYS is over.',
  'Set WEBHOOK_RETENTION_MB higher where the disk has room; see with "waybell channels list" who sends so much.',
);
const MB = 1024 * 1024;

function describeSize({ name, rows, bytes }: TableSize): string {
  return `${name}: about ${Math.round(rows)} rows, ${Math.ceil(bytes / MB)} MB`;
}

/** Keys of a Supabase project against its secret, as far as both are in the environment. */
export const supabaseKeys: Check = {
  name: 'supabase keys',
  run({ config, supabase, clock }) {
    const { secret, keys } = supabase;
    if (keys.length === 0) return Promise.resolve([ok('No key of Supabase is set, and none is needed.')]);
    if (secret === undefined) {
      const names = keys.map(({ variable }) => variable).join(', ');
      return Promise.resolve([
        warning(
          `${names}: not verified, without SUPABASE_JWT_SECRET.`,
          'Set it, and run "waybell keys verify".',
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
