import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
import { isMember, isPhoneOfMember } from '../../src/database/members';
import { isSpelledAlike, readIdTypes, readIdTypesNow } from '../../src/database/ids';
import { inTransaction } from '../../src/database/pool';
import { useDatabase } from '../setup/database';

const { shopTables } = loadConfig({});
const db = useDatabase();

test('the types of ids are read once for a connection, and not in each transaction', async () => {
  const read = (by: typeof readIdTypes): Promise<string | null> =>
    inTransaction(db.pool, async (tx) => (await by(tx, shopTables)).userId);
  expect(await read(readIdTypes)).toBe('text');
  await db.pool.query('alter table push_devices alter column user_id type bigint using user_id::bigint');
  expect(await read(readIdTypes)).toBe('text');
  expect(await read(readIdTypesNow)).toBe('bigint');
  expect(await read(readIdTypes)).toBe('bigint');
});

test('who belongs to a merchant is compared as the phones have their people', async () => {
  const { shopTables } = loadConfig({ SHOP_TABLES: '{"members": {"table": "shop_staff"}}' });
  const { members } = shopTables;
  if (members === undefined) throw new Error('members are mapped');
  await db.pool.query(`create table shop_staff (merchant_id text, user_id text)`);
  await db.pool.query(`insert into shop_staff values ('m-1', '0042')`);
  const { rows } = await db.pool.query<{ id: string }>(
    `insert into push_devices (appid, cid, user_id) values ('default', 'c-42', 42) returning id::text as id`,
  );
  await db.pool.query(
    `insert into express_notifications (message_id, aud, recipient_id, title, body, content)
     values ('n-1', 'merchant', 'm-1', '', '', '')`,
  );
  const push = { audience: 'merchant', messageId: 'n-1', deviceId: rows[0]?.id ?? '' } as const;
  await inTransaction(db.pool, async (tx) => {
    await readIdTypesNow(tx, shopTables);
    expect(await isPhoneOfMember(tx, shopTables, push)).toEqual({ kind: 'known', value: true });
    const person = { userId: '42', merchantId: 'm-1' };
    expect(await isMember(tx, shopTables, members, person)).toEqual({ kind: 'known', value: true });
  });
});

test.each([
  ['6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d90', '6F2D9C1E-0A4B-4C8D-9E21-5B7F3A6C8D90', true],
  ['6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d90', '6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d91', false],
  ['user-a', 'USER-A', false],
  ['42', '0042', false],
])('%s and %s are spelled alike: %s', (one, other, alike) => {
  expect(isSpelledAlike(one, other)).toBe(alike);
});
