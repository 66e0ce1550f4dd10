import type { ShownFacts, TemplateFact } from '../../shipment/lock-screen';
import { cutText, visibleText } from '../text';
import { MAKER_NAMES, makerOf } from './makers';
import type { ChosenClasses } from './message-classes';

/** Paths in a maker's own request, and what stands there. */
export type VendorOptions = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

/**
 * What the classes of a message come to in `ups.options` of GeTui and `options.android` of uni-push:
 * https://docs.getui.com/getui/server/rest_v2/push/. A template gets our facts as the JSON of its variables.
 */
export function vendorOptions(chosen: ChosenClasses, shown: ShownFacts): VendorOptions {
  const options: Record<string, Record<string, string | number>> = {};
  for (const name of MAKER_NAMES) {
    const { options: key, fields } = makerOf(name);
    if (key === undefined) continue;
    for (const [field, value] of Object.entries<unknown>(chosen[name])) {
      const path = fields[field]?.path;
      if (path === undefined || value === null || value === undefined) continue;
      (options[key] ??= {})[path] = onTheWire(value, shown);
    }
  }
  return options;
}

/** What is said to a phone of Apple, inside `aps`. */
export function apsOf({ apns: { interruptionLevel, relevanceScore } }: ChosenClasses): object {
  return {
    ...(interruptionLevel !== undefined && { 'interruption-level': interruptionLevel }),
    ...(relevanceScore !== undefined && { 'relevance-score': relevanceScore }),
  };
}

function onTheWire(value: unknown, shown: ShownFacts): string | number {
  if (typeof value === 'number' || typeof value === 'string') return value;
  const variables = Object.entries(value as Readonly<Record<string, TemplateFact>>);
  return JSON.stringify(
    Object.fromEntries(variables.map(([name, fact]) => [name, templateValue(shown[fact])])),
  );
}

const VALUE_LENGTH = 128;
/** Xiaomi refuses symbols: https://dev.mi.com/xiaomihyperos/documentation/detail?pId=2314 */
const SYMBOLS = /[\p{So}\p{Sk}\p{Extended_Pictographic}\p{Cf}\p{M}]+/gu;
/** An empty one makes the maker refuse the whole. */
const NOTHING = '-';

/** As every maker takes it: 1 to 128 characters, without a symbol, and not only white space. */
function templateValue(text: string): string {
  return cutText(visibleText(text.normalize('NFC').replace(SYMBOLS, ' ')) || NOTHING, VALUE_LENGTH);
}
