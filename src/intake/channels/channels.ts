import { stat } from 'node:fs/promises';
import type { Channel, Channels } from '../channel';
import { tokenSha256 } from '../channel-token';
import { readChannelsFile } from '../channels-file';
import { isValidAt } from '../expiry';
import type { StoredChannel } from './file';

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
