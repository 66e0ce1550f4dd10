import pg from 'pg';
import type { TestDatabase } from './database';

const HOUR_MS = 3_600_000;
const RealDate = Date;

/**
 * Sets the clock of this process apart from that of the machine, for everything that JavaScript asks; timers go on as
 * before, as on a machine whose clock is wrong.
 * @returns what sets it right again
 */
export function setClockApart(hours: number): () => void {
  const shifted = class extends RealDate {
    constructor(...given: [] | [number]) {
      if (given.length === 0) super(shifted.now());
      else super(...given);
    }
    static override now(): number {
      return RealDate.now() + hours * HOUR_MS;
    }
  };
  globalThis.Date = shifted as DateConstructor;
  return () => (globalThis.Date = RealDate);
}

/**
 * Sets the clock of a database apart: `now()` is another function for everybody who connects after this, and for the
 * defaults of columns.
 */
export async function setDatabaseClockApart({ url }: TestDatabase, hours: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      create schema apart;
      create function apart.now() returns timestamptz language sql stable
        as $$ select pg_catalog.now() + interval '${hours} hours' $$;
      do $$ declare it record; begin
        for it in select d.adrelid::regclass as rel, a.attname
                    from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
                   where pg_get_expr(d.adbin, d.adrelid) = 'now()'
        loop execute format('alter table %s alter column %I set default apart.now()', it.rel, it.attname);
        end loop;
        execute format('alter database %I set search_path = apart, pg_catalog, public, waybell', current_database());
      end $$;`);
  } finally {
    await client.end();
  }
}
