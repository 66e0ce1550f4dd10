import type { Queryable } from './pool';

/** A key as it is kept. */
export interface StoredKey {
  readonly name: string;
  readonly sha256: Buffer;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly createdBy: string;
  /** `null`: it has no end. */
  readonly expiresAt: Date | null;
  /** `null`: it was not revoked. */
  readonly revokedAt: Date | null;
}

const COLUMNS = `name, sha256, scopes, created_at as "createdAt", created_by as "createdBy", expires_at as "expiresAt",
  revoked_at as "revokedAt"`;

/** Every key that was ever made: tens, in a shop that gives one to each program. */
export async function listApiKeys(db: Queryable): Promise<StoredKey[]> {
  const { rows } = await db.query<StoredKey>(
    `select ${COLUMNS} from waybell.api_keys order by created_at, name`,
  );
  return rows;
}

/** Those that still open something. */
export async function selectValidKeys(db: Queryable): Promise<StoredKey[]> {
  const { rows } = await db.query<StoredKey>(
    `select ${COLUMNS} from waybell.api_keys
      where revoked_at is null and (expires_at is null or expires_at > now())`,
  );
  return rows;
}

export type NewKey = Pick<StoredKey, 'name' | 'sha256' | 'scopes' | 'createdBy' | 'expiresAt'>;

/** @returns whether the name was free */
export async function insertApiKey(
  db: Queryable,
  { name, sha256, scopes, createdBy, expiresAt }: NewKey,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into waybell.api_keys (name, sha256, scopes, created_by, expires_at)
     values ($1, $2, $3, $4, $5)
     on conflict (name) do nothing`,
    [name, sha256, scopes, createdBy, expiresAt],
  );
  return rowCount === 1;
}

/** Ends a key for ever. @returns whether there was one that had not been revoked */
export async function revokeApiKey(db: Queryable, name: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'update waybell.api_keys set revoked_at = now() where name = $1 and revoked_at is null',
    [name],
  );
  return rowCount === 1;
}
