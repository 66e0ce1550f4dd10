import pg from 'pg';
import { setting } from '../forked';

/** Direct connections: the old processes go through PostgREST, which adds a hop to each statement. */
export function openPool(): pg.Pool {
  return new pg.Pool({ connectionString: setting('DATABASE_URL'), max: 10 });
}
