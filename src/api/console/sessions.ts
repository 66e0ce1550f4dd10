import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import { deleteSession, insertSession, selectSession } from '../../database/console-sessions';
import { inTransaction } from '../../database/pool';
import { digestOf } from '../api-key';
import type { KeyRing, KnownKey } from '../key-ring';

/** A shift. */
const LIFE_MS = 8 * 60 * 60_000;
const TOKEN_BYTES = 32;
/** What `begin` makes, as text. */
export const TOKEN_LENGTH = 43;

export interface Session {
  readonly key: KnownKey;
  readonly expiresAt: Date;
}

export interface Sessions {
  /** @returns what its holder shows from then on */
  begin(key: KnownKey): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** None where it has ended, or its key has. */
  find(token: string): Promise<Session | undefined>;
  end(token: string): Promise<void>;
}

/** Sessions of the console. Each ends with its key: the key is looked up anew whenever somebody asks for something. */
export function openSessions({ pool, keys }: { readonly pool: pg.Pool; readonly keys: KeyRing }): Sessions {
  return {
    async begin(key) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const expiresAt = new Date(
        Math.min(Date.now() + LIFE_MS, key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY),
      );
      const stored = {
        sha256: digestOf(token),
        keyName: key.name,
        keyProof: proofOf(key, token),
        expiresAt,
      };
      await inTransaction(pool, (db) => insertSession(db, stored));
      return { token, expiresAt };
    },

    async find(token) {
      const stored = await inTransaction(pool, (db) => selectSession(db, digestOf(token)));
      const key = stored && (await keys.named(stored.keyName));
      if (!stored || !key || !timingSafeEqual(stored.keyProof, proofOf(key, token))) return undefined;
      return { key, expiresAt: stored.expiresAt };
    },

    async end(token) {
      await inTransaction(pool, (db) => deleteSession(db, digestOf(token)));
    },
  };
}

/** That the key is the one of the log-in. Only who has the cookie can make it, and so it tells nothing of the key. */
function proofOf({ sha256 }: KnownKey, token: string): Buffer {
  return createHmac('sha256', token).update(sha256).digest();
}
