import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import { deleteSession, insertSession, selectSession } from '../../database/console-sessions';
import { inTransaction } from '../../database/pool';
import { digestOf } from '../api-key';
import type { KnownKey } from '../key-ring';

/** A shift. */
const LIFE_MS = 8 * 60 * 60_000;
const TOKEN_BYTES = 32;
/** What `begin` makes, as text. */
export const TOKEN_LENGTH = 43;

/** Whose session it is: the holder of a key, or a person of the shop, whose digest is of nothing but the name. */
export interface Holder extends KnownKey {
  readonly kind: 'key' | 'operator';
}

export interface Session {
  readonly holder: Holder;
  readonly expiresAt: Date;
}

export interface Sessions {
  /** @returns what its holder shows from then on */
  begin(holder: Holder): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** None where it has ended, or what it was begun with has. */
  find(token: string): Promise<Session | undefined>;
  end(token: string): Promise<void>;
}

interface SessionParts {
  readonly pool: pg.Pool;
  /** Who has this name now. */
  readonly holderNamed: (name: string) => Promise<Holder | undefined>;
}

/** Sessions of the console. Each ends with its key or role, which is looked up anew whenever somebody asks for something. */
export function openSessions({ pool, holderNamed }: SessionParts): Sessions {
  return {
    async begin(holder) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const expiresAt = new Date(
        Math.min(Date.now() + LIFE_MS, holder.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY),
      );
      const stored = {
        sha256: digestOf(token),
        keyName: holder.name,
        keyProof: proofOf(holder, token),
        expiresAt,
      };
      await inTransaction(pool, (db) => insertSession(db, stored));
      return { token, expiresAt };
    },

    async find(token) {
      const stored = await inTransaction(pool, (db) => selectSession(db, digestOf(token)));
      const holder = stored && (await holderNamed(stored.keyName));
      if (!stored || !holder || !timingSafeEqual(stored.keyProof, proofOf(holder, token))) return undefined;
      return { holder, expiresAt: stored.expiresAt };
    },

    async end(token) {
      await inTransaction(pool, (db) => deleteSession(db, digestOf(token)));
    },
  };
}

/** That the key is the one of the log-in. Only who has the cookie can make it, and so it tells nothing of the key. */
function proofOf({ sha256 }: Holder, token: string): Buffer {
  return createHmac('sha256', token).update(sha256).digest();
}
