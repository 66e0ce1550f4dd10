import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
import { checkShop } from '../../src/database/schema/check-shop';
import { openPool } from '../../src/database/pool';
import { createTestDatabase, type TestDatabase } from '../setup/database';

const role = `stranger_${process.pid}`;
const architecture = readFileSync(path.join(__dirname, '../../docs/architecture.md'), 'utf8');

describe('the tables of the schema waybell', () => {
  let db: TestDatabase;
  let names: string[];

  beforeAll(async () => {
    db = await createTestDatabase();
    await db.pool.query(`create role ${role} login password 'x'; grant usage on schema waybell to ${role}`);
    const { rows } = await db.pool.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'waybell'::regnamespace and relkind = 'r'`,
    );
    names = rows.map(({ name }) => name).sort();
  });
  afterAll(async () => {
    await db.pool.query(`drop owned by ${role}; drop role ${role}`);
    await db.drop();
  });

  test('are each looked at, before the start and while it runs', async () => {
    const url = new URL(db.url);
    url.username = role;
    url.password = 'x';
    const stranger = openPool(url.href, () => undefined);
    const { problems } = await checkShop(stranger, loadConfig({}));
    await stranger.end();
    const missing = problems.flatMap(
      (line) => /lacks .+ on waybell\.(\w+) \(error 42501\)/.exec(line)?.[1] ?? [],
    );
    expect(missing.sort()).toEqual(names);
  });

  test('are each described', () => {
    expect(names.filter((name) => !architecture.includes(`| \`${name}\` |`))).toEqual([]);
  });
});
