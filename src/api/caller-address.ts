import type { Request } from 'express';

/** Longest written form of an IPv6 address, with its zone; characters. */
const MAX_LENGTH = 64;

/** Where a request comes from: the address of the connection, or what a proxy that express trusts says of it. */
export function callerAddress({ ip = '' }: Request): string {
  // IPv4 on a socket of IPv6.
  return ip.replace(/^::ffff:(?=\d+\.)/, '').slice(0, MAX_LENGTH);
}
