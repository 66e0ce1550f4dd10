import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres';
import { createShopTables } from '../../src/embedded/sample-shop';
import { freePorts } from '../setup/free-port';

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  let postgres: EmbeddedPostgres;
  const progress: string[] = [];

  // 0700 and ours: when the tests run as root, the user of PostgreSQL may not enter it by himself.
  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-postgres-'));
    postgres = await startIt();
  });
  afterAll(async () => {
    await postgres.part.stop();
    await rm(dataDir, { recursive: true });
  });

  async function startIt(): Promise<EmbeddedPostgres> {
    const [port] = (await freePorts(1)) as [number];
    return startEmbeddedPostgres({ dataDir, port, report: ({ en }) => progress.push(en) });
  }

  async function query<Row extends pg.QueryResultRow>(text: string, url = postgres.url): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  test('says that it is created, once', async () => {
    expect(progress).toEqual(['Creating the embedded PostgreSQL database (once) …']);
    await postgres.part.stop();
    postgres = await startIt();
    expect(progress).toHaveLength(1);
  });

  test('looks for tables in public, then in waybell', async () => {
    expect(await query('show search_path')).toEqual([{ search_path: 'public, waybell' }]);
  });

  test('listens on this machine only, and not without its password', async () => {
    expect(await query('show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const guessed = new URL(postgres.url);
    guessed.password = 'guess';
    await expect(query('select 1', guessed.href)).rejects.toThrow('password authentication failed');
  });

  test('keeps its password where only its user reads it', async () => {
    const file = path.join(dataDir, 'postgres.password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(new URL(postgres.url).password);
  });

  test('keeps its data when it is killed with -9', async () => {
    await query('create table kept as select 42 as answer');
    process.kill(postgres.part.pid, 'SIGKILL');
    await postgres.part.exited;
    postgres = await startIt();
    expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
  });

  test('gets the tables of a shop twice without harm', async () => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await createShopTables(client);
    await createShopTables(client);
    await client.end();
    expect(await query('select count(*)::int as orders from ml_orders')).toEqual([{ orders: 0 }]);
  });
});
