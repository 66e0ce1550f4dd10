import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
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

test.each([
  ['6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d90', '6F2D9C1E-0A4B-4C8D-9E21-5B7F3A6C8D90', true],
  ['6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d90', '6f2d9c1e-0a4b-4c8d-9e21-5b7f3a6c8d91', false],
  ['user-a', 'USER-A', false],
  ['42', '0042', false],
])('%s and %s are spelled alike: %s', (one, other, alike) => {
  expect(isSpelledAlike(one, other)).toBe(alike);
});
