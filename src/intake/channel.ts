import type { Conditions } from '../sources/source';

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
  findByName(source: string, name: string): Promise<Channel | undefined>;
}
