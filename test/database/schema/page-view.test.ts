import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { loadConfig } from '../../../src/config/config';
import {
  examinePageView,
  findMissingIndexes,
  makePageView,
  PAGE_VIEW,
  pageViewSql,
} from '../../../src/database/schema/page-view';
import { withClient } from '../../../src/database/with-client';
import { inEnglish } from '../../../src/shipment/explanation';
import { useDatabase } from '../../setup/database';

const { shopTables } = loadConfig({});
/** Rows of the seed: two buyers with a parcel each. */
const BUYER = '0a000000-0000-4000-8000-000000000002';
const OTHER = '0a000000-0000-4000-8000-000000000001';
const MERCHANT = '0b000000-0000-4000-8000-000000000001';
const WAYBILL = '0e000000-0000-4000-8000-000000000002';
const NUMBER = 'TEST_YT_20260206_0007';

describe('on the database of a shop at Supabase', () => {
  const db = useDatabase('seed');
  const make = (tables = shopTables) => withClient(db.url, (client) => makePageView(client, tables));

  /** Reads as PostgREST does for a person: `claims` are those of the token. */
  async function read(
    role: string,
    claims: object | null,
    sql = `select * from ${PAGE_VIEW}`,
  ): Promise<object[]> {
    const client = await db.pool.connect();
    try {
      await client.query(`begin; set local role ${role}`);
      if (claims)
        await client.query(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify(claims)]);
      return (await client.query<object>(sql)).rows;
    } finally {
      await client.query('rollback');
      client.release();
    }
  }
  const readAs = (sub: string, sql?: string) => read('authenticated', { sub, role: 'authenticated' }, sql);

  async function scan(waybillId: string, trackingNo: string, text: string, hours: number): Promise<void> {
    const [key, at] = [`id:${randomUUID()}`, new Date(Date.now() - hours * 3_600_000)];
    await db.pool.query(
      `insert into waybell.platform_express_events (waybill_id, instance, event_key, event_time, status, raw_status, event_text_safe, source, workflow_id)
       values ($1, 1, $2, $3, 'in_transit', 'x', '', 'yto', 'w')`,
      [waybillId, key, at],
    );
    await db.pool.query(
      `insert into waybell.scan_texts (tracking_no, source, event_key, event_time, text, place, received_at)
       values ($1, 'yto', $2, $3, $4, '上海', now())`,
      [trackingNo, key, at, text],
    );
  }

  test('a person sees the scans of their own parcels, and nobody else sees anything', async () => {
    await make();
    await scan(WAYBILL, NUMBER, 'newest', 1);
    await scan(WAYBILL, NUMBER, 'older', 2);
    await scan('0e000000-0000-4000-8000-000000000001', 'TEST_YT_20260105_0001', 'of another', 1);
    const rows = await readAs(BUYER, `select * from ${PAGE_VIEW} order by event_time desc`);
    expect(rows).toMatchObject([{ event_text: 'newest' }, { event_text: 'older' }]);
    expect(rows[0]).toEqual({
      ...{ order_id: '0d000000-0000-4000-8000-000000000002', carrier: 'yto', tracking_no: NUMBER },
      ...{ status: 'in_transit', event_time: expect.any(Date), event_text: 'newest', place: '上海' },
    });
    expect(await readAs(OTHER)).toMatchObject([{ event_text: 'of another' }]);
    for (const nobody of [MERCHANT, randomUUID()]) expect(await readAs(nobody)).toEqual([]);
    expect(await read('authenticated', null)).toEqual([]);
    for (const role of ['anon', 'service_role'])
      await expect(read(role, { sub: BUYER })).rejects.toThrow(/permission denied for view/);
  });

  test.each(['insert into', 'update', 'delete from'])('nobody may %s it', async (verb) => {
    const rest = { 'insert into': 'default values', update: `set place = ''`, 'delete from': '' }[verb];
    await expect(readAs(BUYER, `${verb} ${PAGE_VIEW} ${rest}`)).rejects.toThrow(/permission denied|cannot/);
  });

  test('what a caller puts into the query sees no row of anybody else', async () => {
    await db.pool.query(
      `create function public.spy(seen text) returns boolean language plpgsql cost 0.0001
         as $$ begin raise warning 'seen: %', seen; return true; end $$`,
    );
    const seen: string[] = [];
    await withClient(db.url, async (client) => {
      client.on('notice', ({ message }) => seen.push(message ?? ''));
      await client.query(`begin; set local role authenticated`);
      await client.query(`select set_config('request.jwt.claims', $1, true)`, [
        JSON.stringify({ sub: BUYER }),
      ]);
      await client.query(`select * from ${PAGE_VIEW} where public.spy(event_text)`);
      await client.query('rollback');
    });
    expect(seen.sort()).toEqual(['seen: newest', 'seen: older']);
  });

  test('it is made anew when the settings name other columns, and says until then that it is stale', async () => {
    expect(await pool(shopTables)).toEqual(
      inEnglish(await withClient(db.url, (c) => findMissingIndexes(c, shopTables))),
    );
    await db.pool.query('alter table platform_express_waybills add number text');
    const renamed = loadConfig({ SHOP_TABLES: '{"waybills":{"trackingNo":"number"}}' }).shopTables;
    expect(await pool(renamed)).toContainEqual(expect.stringMatching(/migrate --view" again/));
    await make(renamed);
    expect(await pool(renamed)).not.toContainEqual(expect.stringMatching(/again/));
    await make();
    expect(await readAs(BUYER)).toHaveLength(2);
  });
  const pool = async (tables: typeof shopTables) => {
    const found = await examinePageView(db.pool, tables);
    return found && inEnglish(found);
  };

  test('the index by which a page finds its orders is asked for where it is missing', async () => {
    const missing = await withClient(db.url, (client) => findMissingIndexes(client, shopTables));
    expect(inEnglish(missing)).toEqual([
      expect.stringContaining('ml_orders has no index that begins with user_id'),
      expect.stringContaining('platform_express_waybills has no index that begins with order_id'),
    ]);
    await db.pool.query(
      'create index on ml_orders (user_id); create index on platform_express_waybills (order_id)',
    );
    expect(await pool(shopTables)).toEqual([]);
  });

  test('what the shop has under that name stays as it is', async () => {
    await db.pool.query(`drop view ${PAGE_VIEW}; create view ${PAGE_VIEW} as select 1 as own`);
    await expect(make()).rejects.toThrow(/something else of that name/);
    expect((await db.pool.query(`select * from ${PAGE_VIEW}`)).rows).toEqual([{ own: 1 }]);
    expect(await pool(shopTables)).toBeUndefined();
    await db.pool.query(`drop view ${PAGE_VIEW}`);
  });

  test('it is not made by a role that may not read what we keep of scans', async () => {
    const role = `maker_${process.pid}`;
    await withClient(db.url, async (client) => {
      await client.query(`create role ${role} bypassrls; grant ${role} to current_user;
        grant select on ml_orders, platform_express_waybills to ${role}; set role ${role}`);
      await expect(pageViewSql(client, shopTables)).rejects.toThrow(
        `Role ${role} lacks USAGE on schema waybell, so that it cannot reach waybell.platform_express_events`,
      );
      await client.query(`reset role; drop owned by ${role}; drop role ${role}`);
    });
  });

  test('it is not made where ids of buyers are numbers', async () => {
    await db.pool.query(
      'create table public.numbered (id bigint primary key, user_id bigint, merchant_id bigint)',
    );
    const numbered = loadConfig({ SHOP_TABLES: '{"orders":{"table":"numbered"}}' }).shopTables;
    await expect(make(numbered)).rejects.toThrow(/user_id is of type bigint, and auth\.uid\(\) is a uuid/);
  });
});

describe('on another database', () => {
  const db = useDatabase();

  test('it is not made, and why is said', async () => {
    await expect(pageViewSql(db.pool, shopTables)).rejects.toThrow(
      'public.waybell_scans is not made: this database has no auth.uid(), which says at Supabase who asks.',
    );
    expect(await examinePageView(db.pool, shopTables)).toBeUndefined();
  });
});
