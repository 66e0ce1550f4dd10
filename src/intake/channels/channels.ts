import { createHash, randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Conditions } from '../../sources/source';
import { readChannelsFile, type StoredChannel } from './file';

/** 192 bits: nobody finds one by trying, so a plain hash of it is as good as a slow one. */
const TOKEN_BYTES = 24;

/** What makes the URL of a channel unguessable; fit for a URL as it is. */
export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What is kept of a token. To look it up tells by its time something about the hash, and nothing of the token. */
export function tokenSha256(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** How long a change may stay unseen: what a request waits for is a look at the file, at most this often. */
const LOOK_INTERVAL_MS = 1_000;

/**
 * The channels of `file`, which is looked at again while requests come. A missing file means no channels; one that
 * cannot be read or understood changes nothing, and is reported once.
 * @param report gets sentences without any secret or token
 */
export function openChannels(
  file: string,
  report: (problem: string) => void,
  clock: () => number = Date.now,
): Channels {
  let index = indexed([]);
  /** Of the file that `index` is of; `undefined` for a missing one. */
  let version: string | undefined;
  let problem: string | undefined;
  let lookedAt = -Infinity;
  let look = Promise.resolve();

  async function reload(): Promise<void> {
    try {
      const current = await versionOf(file);
      if (current === version) return;
      index = indexed(await readChannelsFile(file));
      version = current;
      problem = undefined;
      if (current === undefined) report(`${file} is gone: there are no channels any more.`);
    } catch (error) {
      const { message } = error as Error;
      if (message !== problem) report(`${message} The channels stay as they were.`);
      problem = message;
    }
  }

  function upToDate(): Promise<void> {
    // Not by `clock`: one that is set back would hold the file to be fresh for hours.
    if (performance.now() - lookedAt >= LOOK_INTERVAL_MS) {
      lookedAt = performance.now();
      look = reload();
    }
    return look;
  }

  // At once, so that a broken file is heard of at the start and not from the first carrier.
  void upToDate();
  return {
    async find(source, token) {
      await upToDate();
      const entry = index.byToken.get(key(source, tokenSha256(token)));
      return entry && isValidAt(clock(), entry.token) ? entry.channel : undefined;
    },
    async findFormer(source, token) {
      await upToDate();
      return index.byToken.get(key(source, tokenSha256(token)))?.channel;
    },
    async findByName(source, name) {
      await upToDate();
      return index.byName.get(key(source, name));
    },
  };
}

interface Index {
  readonly byToken: ReadonlyMap<string, { channel: Channel; token: StoredChannel['tokens'][number] }>;
  readonly byName: ReadonlyMap<string, Channel>;
}

function indexed(stored: readonly StoredChannel[]): Index {
  const channels = stored.map((one) => ({ channel: toChannel(one), tokens: one.tokens }));
  return {
    byToken: new Map(
      channels.flatMap(({ channel, tokens }) =>
        tokens.map((token) => [key(channel.source, token.sha256), { channel, token }]),
      ),
    ),
    byName: new Map(channels.map(({ channel }) => [key(channel.source, channel.name), channel])),
  };
}

function toChannel(stored: StoredChannel): Channel {
  const { source, name, unsigned, toleranceSeconds, zone, lockerSigned, secrets } = stored;
  return {
    source,
    name,
    unsigned,
    toleranceSeconds,
    ...(zone !== undefined && { zone }),
    lockerSigned,
    secretsAt: (now) => secrets.filter((secret) => isValidAt(now, secret)).map(({ value }) => value),
  };
}

function key(source: string, rest: string): string {
  return `${source}/${rest}`;
}

/** Differs whenever the file was replaced, written, or given other permissions. */
async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    return [ino, size, mtimeMs, ctimeMs].join(' ');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** One sender of a source: a URL of its own, its secrets, and what the shop decides for it. */
export interface Channel extends Omit<Conditions, 'now'> {
  /** As in `Source.name`. */
  readonly source: string;
  readonly name: string;
  /** The URL alone proves the sender. Where it is false and no secret is valid, no request can be. */
  readonly unsigned: boolean;
  /** Valid at `now`, milliseconds since 1970. A function: a channel that is logged or printed shows no secret. */
  secretsAt(now: number): readonly string[];
}

/** The channels of the settings file, as it is at most a second ago. */
export interface Channels {
  /** The channel that `POST /webhooks/<source>/<token>` leads to. */
  find(source: string, token: string): Promise<Channel | undefined>;
  /** The one that it led to before, too, as long as a token that has expired is remembered. */
  findFormer(source: string, token: string): Promise<Channel | undefined>;
  findByName(source: string, name: string): Promise<Channel | undefined>;
}

/** A secret or a token: valid for ever, or until a time in ISO 8601. */
export interface Expiring {
  readonly expiresAt?: string | undefined;
}

export function isValidAt(now: number, { expiresAt }: Expiring): boolean {
  return expiresAt === undefined || now < Date.parse(expiresAt);
}

/** What is left of `old` once it is being replaced: nothing is valid after `end`, and what has expired is dropped. */
export function endBy<T extends Expiring>(old: readonly T[], end: number, now: number): T[] {
  return old
    .map((one) => (isValidAt(end, one) ? { ...one, expiresAt: new Date(end).toISOString() } : one))
    .filter((one) => isValidAt(now, one));
}

/** Proofs that are remembered at once; the tolerance of a signed time ends each of them. */
const MAX_PROOFS = 10_000;

/**
 * Remembers proofs that do not cover the body, so that a captured one cannot sign another body. The same proof
 * with the same body is a sender that tries again.
 */
export interface ReplayMemory {
  /** Whether this proof came with another body before. */
  isReplay(proof: string, body: string, now: number): boolean;
}

/** @param forgetAfterMs at least as long as a signed time is tolerated, both ways */
export function createReplayMemory(forgetAfterMs: number): ReplayMemory {
  const seen = new Map<string, { readonly body: string; readonly at: number }>();
  return {
    isReplay(proof, body, now) {
      for (const [old, { at }] of seen) {
        if (now - at <= forgetAfterMs && seen.size < MAX_PROOFS) break;
        seen.delete(old);
      }
      const first = seen.get(proof);
      if (first === undefined) seen.set(proof, { body, at: now });
      return first !== undefined && first.body !== body;
    },
  };
}
