import { ANY, MAKER_NAMES, type MakerName, makerOf } from './makers';
import { chooseClasses, type MessageClasses } from './message-classes';

/** A maker whose phones stay silent, and which of its fields MESSAGE_CLASSES lacks. */
export interface SilentMaker {
  readonly maker: MakerName;
  readonly lacks: readonly string[];
}

/** Whose phones stay silent with these settings, in an app. What the maker has granted, nobody here knows. */
export function silentMakers(classes: MessageClasses | undefined, appid: string): SilentMaker[] {
  const chosen = chooseClasses(classes, { appid, status: null });
  return MAKER_NAMES.flatMap((maker) => {
    const { needs, byDefault } = makerOf(maker);
    const said: Readonly<Record<string, unknown>> = { ...byDefault, ...chosen[maker] };
    const lacks = Object.entries(needs)
      .filter(([field, wanted]) => (wanted === ANY ? said[field] == null : said[field] !== wanted))
      .map(([field]) => field);
    return lacks.length === 0 ? [] : [{ maker, lacks }];
  });
}
