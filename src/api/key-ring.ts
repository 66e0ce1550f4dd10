import type pg from 'pg';
import type { Logger } from 'pino';
import { selectValidKeys } from '../database/api-keys';
import { SCOPE_NAMES, type Scope } from '../config/scopes';
import { inTransaction } from '../database/pool';
import { digestOf, findByDigest, KEY_PREFIX } from './api-key';

/** After so long a key that was revoked, or made, in another process is known here; milliseconds. */
const FRESH_MS = 5_000;
/** So long keys that were known go on while PostgreSQL is away: monitoring must see an outage; milliseconds. */
const KEPT_MS = 60 * 60_000;

export interface KnownKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly sha256: Buffer;
  readonly expiresAt: Date | null;
}

export interface KeyRing {
  /** @throws when PostgreSQL is away, and what it knows was not asked of it for an hour */
  find(given: string): Promise<KnownKey | undefined>;
  /**
   * The key that has this name now.
   * @throws as `find`
   */
  named(name: string): Promise<KnownKey | undefined>;
}

interface RingParts {
  readonly apiKeys: readonly string[];
  readonly pool: pg.Pool;
  readonly log: Logger;
  readonly clock?: () => number;
}

/**
 * The keys of API_KEYS, which may do everything, and those of the table. The table is read as a whole, at most once
 * in five seconds: wrong keys, however many, ask PostgreSQL nothing.
 */
export function openKeyRing({ apiKeys, pool, log, clock = Date.now }: RingParts): KeyRing {
  // A key of the table that a person's shell has in API_KEYS for the commands has its own scopes there too.
  const fromSettings = apiKeys
    .filter((key) => !key.startsWith(KEY_PREFIX))
    .map((key, index): KnownKey => ({
      name: `full#${index + 1}`,
      scopes: ['admin'],
      sha256: digestOf(key),
      expiresAt: null,
    }));
  let stored: { readonly keys: readonly KnownKey[]; readonly readAt: number } | undefined;
  let askAgainAt = 0;
  let reading: Promise<readonly KnownKey[]> | undefined;

  return {
    async find(given) {
      const digest = digestOf(given);
      if (!given.startsWith(KEY_PREFIX)) return findByDigest(fromSettings, digest);
      return unlessEnded(findByDigest(await storedKeys(), digest));
    },
    async named(name) {
      const isIt = (key: KnownKey): boolean => key.name === name;
      return fromSettings.find(isIt) ?? unlessEnded((await storedKeys()).find(isIt));
    },
  };

  function unlessEnded(key: KnownKey | undefined): KnownKey | undefined {
    const ended = key?.expiresAt != null && key.expiresAt.getTime() <= clock();
    return ended ? undefined : key;
  }

  async function storedKeys(): Promise<readonly KnownKey[]> {
    if (stored && clock() < askAgainAt) return stored.keys;
    reading ??= read().finally(() => (reading = undefined));
    return reading;
  }

  async function read(): Promise<readonly KnownKey[]> {
    try {
      const rows = await inTransaction(pool, selectValidKeys);
      const keys = rows.map(({ name, sha256, scopes, expiresAt }) => ({
        ...{ name, sha256, expiresAt },
        scopes: SCOPE_NAMES.filter((scope) => scopes.includes(scope)),
      }));
      stored = { keys, readAt: clock() };
    } catch (error) {
      if (!stored || clock() - stored.readAt > KEPT_MS) throw error;
      log.warn({ err: error }, 'the table of API keys cannot be read; those that were known go on');
    }
    askAgainAt = clock() + FRESH_MS;
    return stored.keys;
  }
}
