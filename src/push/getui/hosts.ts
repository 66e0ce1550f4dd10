import { elementsOf, isLayer, type JsonLayer } from '../json-layer';

/** The hosts of GeTui's own client. */
export const GETUI_URLS = [
  'https://restapi.getui.com',
  'https://cncrestapi.getui.com',
  'https://nzrestapi.getui.com',
] as const;

export type Urls = readonly [string, ...string[]];

/** Where GeTui may send us: our keys go there too. */
const GETUI_DOMAIN = '.getui.com';

/** The host that is asked now. An answer "domain error" names another; one that names none means the next of ours. */
export interface Hosts {
  readonly current: string;
  /** After `from` sent us away; another push may have moved us already. */
  move(from: string, data: JsonLayer): void;
}

export function createHosts(given: Urls): Hosts {
  const urls = given.map((url) => url.replace(/(?<!\/)\/+$/, ''));
  let current = urls[0] as string;
  const isAllowed = (url: string): boolean => urls.includes(url) || isGetui(url);
  return {
    get current() {
      return current;
    },
    move(from, data) {
      if (from !== current) return;
      const next = urls[(urls.indexOf(current) + 1) % urls.length] as string;
      current = namedHosts(data).find((url) => url !== current && isAllowed(url)) ?? next;
    },
  };
}

/** `{hostList: [{domainList: ["https://…/v2/"]}]}` */
function namedHosts({ hostList }: JsonLayer): string[] {
  return elementsOf(hostList)
    .filter(isLayer)
    .flatMap(({ domainList }) => elementsOf(domainList))
    .filter((url) => typeof url === 'string')
    .map((url) => url.replace(/(?<!\/)\/+(?:v2\/*)?$/, ''));
}

function isGetui(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, pathname, port } = new URL(url);
  return protocol === 'https:' && hostname.endsWith(GETUI_DOMAIN) && pathname === '/' && port === '';
}
