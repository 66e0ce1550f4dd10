import type { Queryable } from './pool';

/** What a PostgreSQL server says of itself and of the role that asks. */
export interface ServerFacts {
  /** As `server_version_num`: 170004. */
  readonly version: number;
  /** As people write it: `17.4`. */
  readonly versionName: string;
  readonly role: string;
  readonly superuser: boolean;
  readonly bypassesRls: boolean;
  /** The clock of the server; milliseconds since 1970. */
  readonly now: number;
}

export async function readServerFacts(db: Queryable): Promise<ServerFacts> {
  const { rows } = await db.query<ServerFacts>(
    `select current_setting('server_version_num')::int as version,
            split_part(current_setting('server_version'), ' ', 1) as "versionName",
            rolname as role,
            rolsuper as superuser,
            rolsuper or rolbypassrls as "bypassesRls",
            (extract(epoch from clock_timestamp()) * 1000)::float8 as now
       from pg_roles where rolname = current_user`,
  );
  return rows[0] as ServerFacts;
}
