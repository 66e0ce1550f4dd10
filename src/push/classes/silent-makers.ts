import { type MadePhone, makerOfPhone, type ToldClass } from '../../shipment/told-class';
import { ANY, MAKER_NAMES, type MakerName, makerOf } from './makers';
import { chooseClasses, type MessageClasses } from './message-classes';

/** A maker whose phones stay silent, and which of its fields MESSAGE_CLASSES lacks. */
export interface SilentMaker {
  readonly maker: MakerName;
  readonly lacks: readonly string[];
}

/** Whose phones stay silent with these settings, in an app. What the maker has granted, nobody here knows. */
export function silentMakers(classes: MessageClasses | undefined, appid: string): SilentMaker[] {
  return MAKER_NAMES.flatMap((maker) => {
    const lacks = lackingFields(classes, appid, maker);
    return lacks.length === 0 ? [] : [{ maker, lacks }];
  });
}

/** What a maker is not told, in an app, without which its phones stay silent. */
function lackingFields(classes: MessageClasses | undefined, appid: string, maker: MakerName): string[] {
  const { needs, byDefault } = makerOf(maker);
  const chosen = chooseClasses(classes, { appid, status: null });
  const said: Readonly<Record<string, unknown>> = { ...byDefault, ...chosen[maker] };
  return Object.entries(needs)
    .filter(([field, wanted]) => (wanted === ANY ? said[field] == null : said[field] !== wanted))
    .map(([field]) => field);
}

/** Providers that push through the makers of phones. */
const BY_MAKERS = ['unicloud', 'getui'];

/** What the maker of this phone is told; `undefined` of a phone whose app has not said who made it, or that needs no maker. */
export function toldClassOf(
  classes: MessageClasses | undefined,
  phone: MadePhone & { readonly appid: string; readonly provider: string },
): ToldClass | undefined {
  const maker = BY_MAKERS.includes(phone.provider) ? makerOfPhone(phone) : undefined;
  return maker && { maker, lacks: lackingFields(classes, phone.appid, maker) };
}
