import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { loadConfig } from '../../../src/config/config';
import { migrate } from '../../../src/database/schema/migrate';
import { workerRoleSql } from '../../../src/database/schema/access';
import { createShopTables } from '../../../src/embedded/sample-shop';
import { createEmptyDatabase, type TestDatabase, useDatabase } from '../../setup/database';
import { createWorkerRole } from '../../setup/worker-role';
import { use } from '../../setup/use';

const DATA_API = ['anon', 'authenticated', 'service_role', 'authenticator'] as const;
const VERBS = ['select', 'insert', 'update', 'delete', 'truncate'] as const;
type Verb = (typeof VERBS)[number];

const DENIED = '42501';
/** Rows of the seed: an order of this buyer at this merchant, with its waybill, phones and what they were told. */
const BUYER = '0a000000-0000-4000-8000-000000000002';
const MERCHANT = '0b000000-0000-4000-8000-000000000001';
const STRANGER = '0a000000-0000-4000-8000-00000000ffff';

interface Table {
  /** With its schema. */
  readonly name: string;
  /** One that may be updated. */
  readonly column: string;
}

/** Does something as this role, as PostgREST does for a person, and takes it back. */
async function as<T extends object>(db: TestDatabase, role: string, sql: string, person = ''): Promise<T[]> {
  const client = await db.pool.connect();
  try {
    await client.query(`begin; set local role ${role}; set local request.jwt.claim.sub = '${person}'`);
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.query('rollback');
    client.release();
  }
}

async function isDenied(db: TestDatabase, role: string, sql: string): Promise<boolean> {
  try {
    await as(db, role, sql);
    return false;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    // Whoever is stopped by a rule of the table, such as a column that must not be null, was let in.
    return error.code === DENIED;
  }
}

const statement = ({ name, column }: Table): Readonly<Record<Verb, string>> => ({
  select: `select from ${name} limit 1`,
  insert: `insert into ${name} default values`,
  update: `update ${name} set ${column} = ${column} where false`,
  delete: `delete from ${name} where false`,
  truncate: `truncate ${name}`,
});

/** What a role may do with a table. */
async function verbsOf(db: TestDatabase, role: string, table: Table): Promise<Verb[]> {
  const may: Verb[] = [];
  for (const verb of VERBS) if (!(await isDenied(db, role, statement(table)[verb]))) may.push(verb);
  return may;
}

async function tablesOf(db: TestDatabase, schema: string): Promise<Table[]> {
  const { rows } = await db.pool.query<Table>(
    `select format('%I.%I', $1::text, c.relname) as name,
            (select quote_ident(a.attname) from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attidentity = ''
              order by a.attnum limit 1) as column
       from pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r' order by 1`,
    [schema],
  );
  return rows;
}

/** What each of these roles may do with each table: only where that is something. */
async function rights(
  db: TestDatabase,
  roles: readonly string[],
  schema: string,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const role of roles) {
    for (const table of await tablesOf(db, schema)) {
      const may = await verbsOf(db, role, table);
      if (may.length > 0) found[`${role} ${table.name}`] = may.join(' ');
    }
  }
  return found;
}

describe('on the database of a shop at Supabase', () => {
  const db = useDatabase('seed');
  const worker = use(() => createWorkerRole(db.pool));
  beforeAll(async () => {
    await db.pool.query(workerRoleSql(loadConfig({}).shopTables, worker.name));
    await db.pool.query(`grant ${worker.name} to current_user`);
  });

  test('no role of the Data API may do anything with a table of Waybell, each verb tried on each', async () => {
    expect((await tablesOf(db, 'waybell')).length).toBeGreaterThan(12);
    expect(await rights(db, DATA_API, 'waybell')).toEqual({});
  });

  test('nor if somebody opens the schema to them, nor with tables that a later migration adds', async () => {
    await db.pool.query(
      'create table waybell.later (id int); grant usage on schema waybell to anon, authenticated, service_role',
    );
    expect(await rights(db, DATA_API, 'waybell')).toEqual({});
    await db.pool.query(
      'drop table waybell.later; revoke usage on schema waybell from anon, authenticated, service_role',
    );
  });

  test('no role of the Data API may run a function of Waybell; its worker may run those that lend', async () => {
    const { rows } = await db.pool.query<{ call: string }>(
      `select format('select waybell.%I(%s)', proname, array_to_string(array_fill('null'::text, array[pronargs]), ',')) as call
         from pg_proc where pronamespace = 'waybell'::regnamespace`,
    );
    expect(rows.map(({ call }) => call).sort()).toEqual([
      'select waybell.order_facts(null)',
      'select waybell.order_recipients(null)',
      'select waybell.request_erasure(null)',
      'select waybell.settled_position()',
      'select waybell.status_changes_after(null,null)',
      'select waybell.take_status_position()',
    ]);
    for (const { call } of rows) {
      for (const role of DATA_API) expect([role, await isDenied(db, role, call)]).toEqual([role, true]);
      // Only the trigger of the shop asks for an erasure, as its owner, and only a trigger takes a position.
      const isForTriggers = /erasure|take_/.test(call);
      expect([call, await isDenied(db, worker.name, call)]).toEqual([call, isForTriggers]);
    }
  });

  test('the worker may do with each table what it must, and no more', async () => {
    const tables = await tablesOf(db, 'waybell');
    expect(await rights(db, [worker.name], 'waybell')).toEqual(
      Object.fromEntries(
        tables.map(({ name }) => [
          `${worker.name} ${name}`,
          name === 'waybell.migrations' ? 'select' : 'select insert update delete',
        ]),
      ),
    );
    expect(await rights(db, [worker.name], 'public')).toEqual({
      [`${worker.name} public.express_notifications`]: 'select insert update delete',
      [`${worker.name} public.platform_express_waybills`]: 'select insert update',
      [`${worker.name} public.push_devices`]: 'select insert update delete',
    });
    for (const sql of [
      'create table waybell.own (id int)',
      'create table public.own (id int)',
      'create schema own',
    ])
      expect([sql, await isDenied(db, worker.name, sql)]).toEqual([sql, true]);
  });

  test('people see through the Data API what they saw before, also of what Waybell writes', async () => {
    await db.pool.query(
      `insert into express_notifications (message_id, aud, recipient_id, send_status, workflow_id)
       values ('new:user', 'user', '${BUYER}', 'success', 'delivery/x'), ('new:merchant', 'merchant', '${MERCHANT}', 'success', 'delivery/x')`,
    );
    const counts = (role: string, person = ''): Promise<object[]> =>
      as(
        db,
        role,
        `select (select count(*)::int from ml_orders) as orders,
                (select count(*)::int from platform_express_waybills) as waybills,
                (select count(*)::int from express_notifications where workflow_id is not null) as told,
                (select count(*)::int from push_devices) as phones,
                (select count(*)::int from notify_queue) as queue`,
        person,
      );
    const nothing = { orders: 0, waybills: 0, told: 0, phones: 0, queue: 0 };
    expect(await counts('anon')).toEqual([nothing]);
    expect(await counts('authenticated')).toEqual([nothing]);
    expect(await counts('authenticated', STRANGER)).toEqual([nothing]);
    expect(await counts('authenticated', BUYER)).toEqual([
      { orders: 1, waybills: 1, told: 1, phones: 2, queue: 0 },
    ]);
    expect(await counts('authenticated', MERCHANT)).toEqual([
      { ...nothing, orders: 3, waybills: 2, told: 1 },
    ]);
    expect(await counts('service_role')).toEqual([{ orders: 3, waybills: 2, told: 2, phones: 5, queue: 3 }]);
    for (const table of ['ml_orders', 'express_notifications', 'push_devices'])
      expect(await isDenied(db, 'authenticator', `select from ${table}`)).toBe(true);
  });

  test('people write through the Data API what they wrote before, and nothing that Waybell tells', async () => {
    const asBuyer = (sql: string): Promise<object[]> => as(db, 'authenticated', sql, BUYER);
    expect(await asBuyer(`update express_notifications set title = 'x' returning message_id`)).toEqual([]);
    expect(await asBuyer('delete from express_notifications returning message_id')).toEqual([]);
    await expect(
      asBuyer(`insert into express_notifications (aud, recipient_id) values ('user', '${BUYER}')`),
    ).rejects.toMatchObject({ code: DENIED });
    const insertPhone = (owner: string): string =>
      `insert into push_devices (cid, user_id) values ('own-phone', '${owner}') returning provider, is_active`;
    expect(await asBuyer(insertPhone(BUYER))).toEqual([{ provider: 'unicloud', is_active: true }]);
    await expect(asBuyer(insertPhone(STRANGER))).rejects.toMatchObject({ code: DENIED });
    expect(await asBuyer('update push_devices set is_active = false returning user_id')).toEqual([
      { user_id: BUYER },
      { user_id: BUYER },
    ]);
  });
});

describe('on a database in which Waybell makes its tables beside Supabase’s roles', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createEmptyDatabase();
    // What makes every new table of `public` readable through the Data API.
    await db.pool.query(`
      grant usage on schema public to anon, authenticated, service_role;
      alter default privileges in schema public grant all on tables to anon, authenticated, service_role`);
    await createShopTables(db.pool);
    await migrate(db.url, () => undefined);
  });
  afterAll(() => db.drop());

  test('no person may do anything with what is told to whom, and the service role may do everything', async () => {
    const all = VERBS.join(' ');
    const found = await rights(db, ['anon', 'authenticated', 'service_role'], 'public');
    const ofOurs = Object.entries(found).filter(([key]) => /express_notifications|push_devices/.test(key));
    expect(Object.fromEntries(ofOurs)).toEqual({
      'service_role public.express_notifications': all,
      'service_role public.push_devices': all,
    });
    expect(await rights(db, ['anon', 'authenticated', 'service_role'], 'waybell')).toEqual({});
  });
});
