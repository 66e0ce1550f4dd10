import { reachOf } from './network-reach';
import { list } from './setting-fields';

const ORIGIN = /^https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d+)?$/;

/** As a browser writes it into `Origin`; over plain HTTP whoever is on the way could be that page. */
function isOrigin(text: string): boolean {
  if (!ORIGIN.test(text) || !URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return origin === text && (protocol === 'https:' || reachOf(hostname) !== 'public');
}

/** Pages of the shop that may ask something from a browser. */
export const pageOrigins = list
  .refine(
    (origins) => origins.every(isOrigin),
    'must be origins as browsers send them, such as https://shop.example or https://m.shop.example:8443: no *, no path, no slash at the end; http:// only for this machine and private networks',
  )
  .default([]);
