import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from '../config/network-reach';

/** Thrown when a name that is allowed leads into a network that is not. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
}

/**
 * Resolves for a connection, which then goes to the very address that was looked at: a name that resolves anew
 * cannot lead elsewhere. One private address among several is refused too.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first] = error ? [] : addresses;
    if (error || first === undefined) return callback(error ?? new Error('no address'), '');
    if (!addresses.every(({ address }) => isPublicAddress(address)))
      return callback(new PrivateAddressError('the host has a private address'), '');
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
