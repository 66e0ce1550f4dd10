import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { withShortLocks } from './short-locks';

/** An index that a migration makes, as its file says it. */
interface WrittenIndex {
  readonly unique: boolean;
  readonly name: string;
  readonly table: string;
  /** From the bracket on: columns and condition. */
  readonly rest: string;
}

/** A table that is read in milliseconds is indexed by the migration itself; bytes. */
const SMALL = 2_000_000;

/**
 * Builds the indexes that migrations make on tables that are large already, without holding up reads or writes: the
 * migration then finds them. Columns that such an index needs and the table lacks are added first, as the migration
 * says them. What a build that was interrupted has left is dropped and built again.
 * @param files the SQL of the migrations, in their order
 * @throws {pg.DatabaseError} when rows stand in the way of a unique index; then the half-built index is gone again
 */
export async function buildIndexesAhead(
  client: pg.Client,
  files: readonly string[],
  report: (line: string) => void,
): Promise<void> {
  const sql = files.join('\n').replaceAll(/--.*/g, '');
  for (const index of readIndexes(sql)) {
    const { name, table } = index;
    if (!(await isLarge(client, table)) || (index.unique && (await hasSuchKey(client, index)))) continue;
    const state = await stateOf(client, index);
    if (state === 'valid') continue;
    for (const [column, definition] of columnsFor(sql, index)) {
      await withShortLocks(client, report, () =>
        client.query(`alter table ${table} add column if not exists ${column} ${definition}`),
      );
    }
    if (state === 'invalid') await dropIndex(client, index);
    report(`${table}: builds the index ${name} beside the running shop`);
    await build(client, index);
  }
}

/** Both `create index if not exists` and what a `do` block runs where no such key is there. */
function readIndexes(sql: string): WrittenIndex[] {
  const found = sql.matchAll(
    /create (unique )?index (?:if not exists )?(\w+)\s+on ([\w.]+)\s*((?:using \w+ )?\([^;]+);/g,
  );
  return [...found].map(([, unique, name = '', table = '', rest = '']) => ({
    unique: unique !== undefined,
    ...{ name, table, rest },
  }));
}

/** Of the columns that migrations add to the table, those that the index names. */
function columnsFor(sql: string, { table, rest }: WrittenIndex): [column: string, definition: string][] {
  const alters = sql.matchAll(new RegExp(`alter table ${table}\\s+(add column [^;]+);`, 'g'));
  const columns = [...alters].flatMap(([, adds = '']) => [
    ...adds.matchAll(/add column if not exists (\w+) ([^,]+)/g),
  ]);
  const named = new Set(rest.match(/\w+/g));
  return columns.flatMap(([, column = '', definition = '']) =>
    named.has(column) ? [[column, definition.trim()]] : [],
  );
}

async function isLarge(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ large: boolean }>(
    `select coalesce(pg_relation_size(to_regclass($1)) > ${SMALL}, false) as large`,
    [table],
  );
  return rows[0]?.large ?? false;
}

/** Whether any plain, valid, unique index over just these columns is there, whatever it is called. */
async function hasSuchKey(client: pg.Client, { table, rest }: WrittenIndex): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_index i
      where i.indrelid = to_regclass($1) and i.indisunique and i.indisvalid and i.indpred is null
        and i.indnkeyatts = cardinality($2::text[])
        and (select array_agg(a.attname::text) from pg_attribute a
              where a.attrelid = i.indrelid and a.attnum = any (i.indkey)) @> $2::text[]`,
    [table, rest.match(/\w+/g)],
  );
  return (rowCount ?? 0) > 0;
}

async function stateOf(client: pg.Client, index: WrittenIndex): Promise<'missing' | 'invalid' | 'valid'> {
  const { rows } = await client.query<{ valid: boolean }>(
    'select indisvalid as valid from pg_index where indexrelid = to_regclass($1)',
    [qualified(index)],
  );
  const [found] = rows;
  return found === undefined ? 'missing' : found.valid ? 'valid' : 'invalid';
}

/** Neither blocks reads nor writes; it waits for transactions that were there before, without being in their way. */
async function build(client: pg.Client, index: WrittenIndex): Promise<void> {
  const { unique, name, table, rest } = index;
  try {
    await client.query(`create ${unique ? 'unique ' : ''}index concurrently ${name} on ${table} ${rest}`);
  } catch (error) {
    await dropIndex(client, index);
    throw error;
  }
}

async function dropIndex(client: pg.Client, index: WrittenIndex): Promise<void> {
  await client.query(`drop index concurrently if exists ${qualified(index)}`);
}

/** An index is in the schema of its table. */
const qualified = ({ name, table }: WrittenIndex): string => `${table.split('.')[0] ?? ''}.${name}`;

/** The lock of whoever migrates; any number that nobody else uses. */
const LOCK = 7_201_730_111;
const LOOK_MS = 200;

/**
 * Lets one process migrate at a time, until its connection ends. Asked for again and again: a session that waits in a
 * statement holds a snapshot, for whose end a concurrent build would wait in turn.
 */
export async function takeTurn(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [LOCK]);
    if (rows[0]?.mine) return;
    await sleep(LOOK_MS);
  }
}
