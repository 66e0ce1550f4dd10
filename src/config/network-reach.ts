import { BlockList, isIP, isIPv6 } from 'node:net';

/** https://www.iana.org/assignments/iana-ipv4-special-registry/ */
const NOT_PUBLIC_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;

/** Inside the global range, but with an IPv4 address within: Teredo and 6to4; and the addresses of examples. */
const NOT_PUBLIC_IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const notPublic = new BlockList();
for (const [net, prefix] of NOT_PUBLIC_IPV4) notPublic.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of NOT_PUBLIC_IPV6) notPublic.addSubnet(net, prefix, 'ipv6');

/** All that is routed; the rest is local, mapped, translated or multicast. */
const globalIPv6 = new BlockList();
globalIPv6.addSubnet('2000::', 3, 'ipv6');

export function isPublicAddress(address: string): boolean {
  if (isIPv6(address)) return globalIPv6.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
  return !notPublic.check(address, 'ipv4');
}

/** Who is on the way to a host: nobody but this machine, the networks of the shop, or anybody. */
export type Reach = 'machine' | 'private' | 'public';

/** Names that no public DNS knows: RFC 6762, RFC 8375, and what ICANN and clusters keep for private use. */
const PRIVATE_ENDINGS = [
  '.local',
  '.home.arpa',
  '.internal',
  '.lan',
  '.intranet',
  '.corp',
  '.private',
  '.svc',
];

/** How far away a host is, as far as its name or address tells; IPv6 with or without brackets. */
export function reachOf(host: string): Reach {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (isLocalName(name)) return 'machine';
  if (isIP(name) !== 0) return isPublicAddress(name) ? 'public' : 'private';
  // One label is found in a container network or by the search list of this machine, never in public DNS.
  const isPrivate = !name.includes('.') || PRIVATE_ENDINGS.some((ending) => name.endsWith(ending));
  return isPrivate ? 'private' : 'public';
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** `localhost` and all below it (RFC 6761), and the addresses of loopback; without brackets. */
export function isLocalName(name: string): boolean {
  const version = isIP(name);
  if (version === 0) return name === 'localhost' || name.endsWith('.localhost');
  return LOOPBACK.check(name, version === 6 ? 'ipv6' : 'ipv4');
}
