import { createHash } from 'node:crypto';
import { reachOf } from './network-reach';

/** A URL that Waybell itself asks, and what its owner signs with: `https://host/path#secret`. */
export interface OutgoingUrl {
  readonly url: URL;
  /** What stands after the `#`; `''` for none. */
  readonly secret: string;
}

const LONGEST_URL = 2_048;

/** @returns the URL, or what is wrong with it: never a part of it */
export function readOutgoingUrl(text: string): OutgoingUrl | string {
  if (text.length > LONGEST_URL || !URL.canParse(text)) return 'must be an https URL';
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol)) return 'must be an https URL';
  if (url.username !== '' || url.password !== '') return 'must not have a user or a password in it';
  try {
    const secret = decodeURIComponent(url.hash.slice(1));
    url.hash = '';
    return { url, secret };
  } catch {
    return 'must be an https URL';
  }
}

/** What is read of several URLs, one word for each mistake. `many`: more than that are one. */
export function sortUrls<T extends { readonly id: string }>(
  read: readonly (T | string)[],
  most: number,
): { readonly found: T[]; readonly problems: string[] } {
  const ids = read.map((one) => (typeof one === 'string' ? '' : one.id));
  const problems = read.flatMap((one, index) => {
    if (typeof one === 'string') return [`the ${index + 1}. URL ${one}`];
    return ids.indexOf(one.id) < index ? [`the ${index + 1}. URL stands there twice`] : [];
  });
  if (read.length > most) problems.push(`at most ${most}`);
  return { found: read.filter((one) => typeof one !== 'string'), problems };
}

/** What a URL is called for people, in logs and in tables: it is a secret itself. */
export const digestOf = (url: URL): string => createHash('sha256').update(url.href).digest('hex').slice(0, 8);

/**
 * What leads out of the shop's network is encrypted, and nothing leads into it that is not named: a URL is opened from
 * inside.
 * @param named the setting that names the hosts of `privateHosts`
 * @returns what is wrong with it, in words that say no part of it
 */
export function reachProblem(
  { id, url }: { readonly id: string; readonly url: string },
  { privateHosts, named }: { readonly privateHosts: readonly string[]; readonly named: string },
): string[] {
  const { protocol, hostname } = new URL(url);
  if (isNamed(hostname, privateHosts)) return [];
  if (reachOf(hostname) !== 'public') return [`${id} is inside the network; name its host in ${named}`];
  return protocol === 'https:' ? [] : [`${id} is reached without TLS; it must be https`];
}

/** Whether a host, as it stands in a URL, is one of those that are inside and may be reached. */
export const isNamed = (hostname: string, privateHosts: readonly string[]): boolean =>
  privateHosts.includes(hostname.replace(/^\[|\]$/g, '').toLowerCase());
