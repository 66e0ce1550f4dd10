import { CARRIERS, type CarrierNames } from './carrier-names';

/** What a shop calls a carrier, and the name by which others know it: `CARRIER_MAP`. Both in any spelling. */
export type CarrierMap = Readonly<Record<string, string>>;

/** The code of the carrier that each known name means, by the name as `spellCarrier` writes it. */
export type Carriers = ReadonlyMap<string, string>;

/**
 * One spelling for each name, whoever writes it. NFKC turns full-width characters, which Chinese keyboards produce, into
 * plain ones.
 */
export function spellCarrier(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** All names of a carrier, its code among them. */
export function allNamesOf({
  code,
  chinese,
  kuaidi100,
  kdniao,
  seventeenTrack,
  others,
}: CarrierNames): string[] {
  const names = [code, ...chinese, ...kuaidi100, ...kdniao, ...seventeenTrack, ...others];
  return [...new Set(names.map(spellCarrier))];
}

const TABLE: ReadonlyMap<string, string> = new Map(
  CARRIERS.flatMap((carrier) => allNamesOf(carrier).map((name) => [name, carrier.code] as const)),
);

/**
 * The carriers of our table, under the names of this shop besides. The shop's word wins: a name of the table that it
 * maps is no longer the name of another carrier.
 */
export function knowCarriers(map: CarrierMap): Carriers {
  const own = Object.entries(map).map(([name, meant]) => [name, meant].map(spellCarrier) as [string, string]);
  const codeIn = (meant: string): string => TABLE.get(meant) ?? meant;
  return new Map([
    ...TABLE,
    ...own.map(([, meant]) => [meant, codeIn(meant)] as const),
    ...own.map(([name, meant]) => [name, codeIn(meant)] as const),
  ]);
}

/** One word for all names of a carrier; for a name that nobody knows that name itself. */
export function carrierCode(carriers: Carriers, name: string): string {
  const spelled = spellCarrier(name);
  return carriers.get(spelled) ?? spelled;
}

/** Whether the name stands in our table, or the shop has said whose it is. */
export const isKnownCarrier = (carriers: Carriers, name: string): boolean => carriers.has(spellCarrier(name));

/** Everything that the carrier of this name is called, that name included. */
export function carrierNames(carriers: Carriers, name: string): string[] {
  const code = carrierCode(carriers, name);
  const known = [...carriers].flatMap(([each, of]) => (of === code ? [each] : []));
  return [...new Set([spellCarrier(name), ...known])];
}

/** What of a `CARRIER_MAP` cannot be followed: a name that means another name which the map itself gives away. */
export function carrierMapProblems(map: CarrierMap): string[] {
  const entries = Object.entries(map).map(([name, meant]) => [spellCarrier(name), spellCarrier(meant)]);
  return entries.flatMap(([, meant], index) => {
    const further = entries.findIndex(([name, last]) => name === meant && last !== meant);
    return further < 0
      ? []
      : [`entry ${index + 1} means a name that entry ${further + 1} maps itself: give both the same meaning`];
  });
}
