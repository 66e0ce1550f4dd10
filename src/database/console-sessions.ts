import type { Queryable } from './pool';

export interface StoredSession {
  /** Of the cookie. */
  readonly sha256: Buffer;
  readonly keyName: string;
  readonly keyProof: Buffer;
  readonly expiresAt: Date;
}

/** Of one key, which several people of a desk may share: more log-ins than that end those that were begun first. */
const MOST_OF_A_KEY = 50;

/** Also forgets those that have ended: without log-ins nothing is added, and so nothing has to be swept. */
export async function insertSession(
  db: Queryable,
  { sha256, keyName, keyProof, expiresAt }: StoredSession,
): Promise<void> {
  await db.query('delete from waybell.console_sessions where expires_at < now()');
  await db.query(
    `delete from waybell.console_sessions
      where sha256 = any (array(select sha256 from waybell.console_sessions
                                 where key_name = $1 order by created_at desc offset ${MOST_OF_A_KEY - 1}))`,
    [keyName],
  );
  await db.query(
    `insert into waybell.console_sessions (sha256, key_name, key_proof, expires_at) values ($1, $2, $3, $4)`,
    [sha256, keyName, keyProof, expiresAt],
  );
}

export async function selectSession(db: Queryable, sha256: Buffer): Promise<StoredSession | undefined> {
  const { rows } = await db.query<StoredSession>(
    `select sha256, key_name as "keyName", key_proof as "keyProof", expires_at as "expiresAt"
       from waybell.console_sessions where sha256 = $1 and expires_at > now()`,
    [sha256],
  );
  return rows[0];
}

export async function deleteSession(db: Queryable, sha256: Buffer): Promise<void> {
  await db.query('delete from waybell.console_sessions where sha256 = $1', [sha256]);
}
