import pg from 'pg';

/** Somebody waits in front of a terminal, or a start; milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/** One connection for a job outside the pool, such as a migration; closed when `work` ends. */
export async function withClient<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString,
    application_name: 'waybell-setup',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // Building an index takes as long as it takes; a server that vanished meanwhile is noticed by this alone.
    keepAlive: true,
  });
  // A connection that breaks is told by the statement that fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
