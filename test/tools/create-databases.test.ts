import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import pg from 'pg';
import { PROJECT_ROOT } from '../../src/project-root';
import { runInfo } from '../setup/run-info';

const SCRIPT = path.join(PROJECT_ROOT, 'temporal/production/create-databases.sh');
const ROLE = 'administrator';
const MADE = ['temporal', 'temporal_visibility'];

const urlOf = (database: string, user?: string): string => {
  const url = new URL(runInfo().postgresUrl);
  url.pathname = database;
  if (user !== undefined) Object.assign(url, { username: user, password: 'p' });
  return url.href;
};

async function ask<T extends pg.QueryResultRow>(url: string, ...statements: string[]): Promise<T[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    let rows: T[] = [];
    for (const statement of statements) ({ rows } = await client.query<T>(statement));
    return rows;
  } finally {
    await client.end();
  }
}

beforeAll(() => ask(urlOf('postgres'), `create role ${ROLE} login createdb createrole password 'p'`));
afterAll(() =>
  ask(
    urlOf('postgres'),
    ...MADE.map((name) => `drop database if exists ${name}`),
    ...[ROLE, 'temporal', 'stranger'].map((name) => `drop role if exists ${name}`),
  ),
);

test('a role that is no superuser makes the databases of Temporal, and a second time changes nothing', async () => {
  const { hostname, port } = new URL(runInfo().postgresUrl);
  const env = {
    ...{ ...process.env, PGHOST: hostname, PGPORT: port, PGPASSWORD: 'p', POSTGRES_USER: ROLE },
    ...{ TEMPORAL_DATABASE_PASSWORD: `it's` },
  };
  for (let time = 0; time < 2; time += 1) execFileSync('sh', [SCRIPT], { env });
  const owners = await ask(
    urlOf('postgres'),
    `select datname as name, datdba::regrole::text as owner from pg_database where datname = any ('{${MADE.join(',')}}')
      order by 1`,
  );
  expect(owners).toEqual([
    { name: 'temporal', owner: 'temporal' },
    { name: 'temporal_visibility', owner: 'temporal' },
  ]);
  const temporal = new URL(urlOf('temporal_visibility', 'temporal'));
  temporal.password = encodeURIComponent(`it's`);
  // What its own tool does, as the owner of its database.
  await ask(temporal.href, 'create extension if not exists btree_gin', 'create table executions (id int)');
  // Nobody else gets in.
  await ask(urlOf('postgres'), `create role stranger login password 'p'`);
  await expect(ask(urlOf('temporal', 'stranger'), 'select')).rejects.toThrow(
    'permission denied for database',
  );
});
