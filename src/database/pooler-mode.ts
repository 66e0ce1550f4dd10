import pg from 'pg';

/** How the database is reached. In `transaction` mode what a session sets or locks is lost between transactions. */
export type PoolerMode = 'direct' | 'session' | 'transaction';

interface Seen {
  /** Two clients, both connected all the time: which back end each was told that it has … */
  readonly told: readonly [number | null, number | null];
  /** … and which back end then answered it. */
  readonly answered: readonly [number, number];
}

/** A pooler tells a number of its own. Only one that lends back ends by transaction lets two clients share one. */
export function poolerModeOf({ told, answered }: Seen): PoolerMode {
  if (answered[0] === answered[1]) return 'transaction';
  return told[0] === answered[0] && told[1] === answered[1] ? 'direct' : 'session';
}

/** Finds a pooler by what it does; its port and its name say nothing for certain. */
export async function detectPoolerMode(connectionString: string): Promise<PoolerMode> {
  const [first, second] = [new pg.Client({ connectionString }), new pg.Client({ connectionString })];
  try {
    await Promise.all([first.connect(), second.connect()]);
    // One after the other: a back end that the first gave back is the one that the second gets.
    const answered = [await backendOf(first), await backendOf(second)] as const;
    return poolerModeOf({ told: [toldTo(first), toldTo(second)], answered });
  } finally {
    await Promise.all([first.end(), second.end()]);
  }
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid ?? 0;
}

/** From the start of the connection (BackendKeyData); the type does not know the field. */
function toldTo(client: pg.Client): number | null {
  return (client as unknown as { readonly processID: number | null }).processID;
}
