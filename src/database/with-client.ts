import pg from 'pg';

/** One connection for a job outside the pool, such as a migration; closed when `work` ends. */
export async function withClient<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString, application_name: 'waybell-setup' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
