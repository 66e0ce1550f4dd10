import { isIPv4, isIPv6 } from 'node:net';
import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import { isPublicAddress } from '../config/network-reach';

/** Longest written form of an IPv6 address, with its zone; characters. */
const MAX_LENGTH = 64;
/** What one subscriber of IPv6 has at least: any number of addresses that begin so. */
const SUBSCRIBER_BYTES = 8;

/** Where a request comes from: the address of the connection, or what a proxy of TRUSTED_PROXIES says of it. */
export function callerAddress({ ip = '' }: Request): string {
  return withoutMapping(ip).slice(0, MAX_LENGTH);
}

/** IPv4 on a socket of IPv6. */
function withoutMapping(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

/**
 * The proxy that brings a request without being in TRUSTED_PROXIES; everybody behind it has its address. What a
 * public address forwards is its own word, and makes it no proxy.
 */
export function unnamedProxyOf(request: Request): string | undefined {
  if (request.headers['x-forwarded-for'] === undefined && request.headers.forwarded === undefined) {
    return undefined;
  }
  const peer = withoutMapping(request.socket.remoteAddress ?? '');
  const isTrusted = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  return isAddress(peer) && !isPublicAddress(peer) && !isTrusted(peer, 0) ? peer : undefined;
}

function isAddress(text: string): boolean {
  return isIPv4(text) || isIPv6(text);
}

/** What counts as one caller. */
export function subscriberOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  return ipaddr.IPv6.parse(address).toByteArray().slice(0, SUBSCRIBER_BYTES).join('.');
}
