import pg from 'pg';

/** A variable that the bench gives to each process of the replica. */
export function setting(name: 'DATABASE_URL' | 'CLOUD_FUNC_URL' | 'PORT' | 'FIRST_POLL_AT'): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

/** Direct connections: the old processes go through PostgREST, which adds a hop to each statement. */
export function openPool(): pg.Pool {
  return new pg.Pool({ connectionString: setting('DATABASE_URL'), max: 10 });
}
