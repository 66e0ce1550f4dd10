import { isOneSlip } from './setting-fields';

/** The variables as they are written; none is empty. */
type Given = Readonly<Record<string, string | undefined>>;

/** Variables of other programs are everywhere; of so short a name one letter more or less says nothing. */
const SHORTEST_ALONE = 6;
const SHORTEST_WORD = 3;
/** What Kubernetes and Docker set for a service of that name. */
const SERVICE_LINK = /^tcp:\/\//;
const PREFIX = /^WAYBELL_/;

/**
 * Variables that are no setting and look like one that is not set: `API_KEY` for `API_KEYS`. One sentence each,
 * without any value.
 * @param others names that are no settings, and have a meaning for Waybell all the same
 */
export function describeMisspeltSettings(
  given: Given,
  settings: readonly string[],
  others: readonly string[],
): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (settings.includes(name) || others.includes(name) || SERVICE_LINK.test(value ?? '')) return [];
    const meant = settingMeantBy(name, settings);
    if (meant === undefined || isSet(meant, given)) return [];
    return [`${name} is no setting of Waybell, and has no effect. Did you mean ${meant}?`];
  });
}

/** Itself, or by its file: then the other name is another program's. */
function isSet(setting: string, given: Given): boolean {
  const plain = setting.replace(/_FILE$/, '');
  return [setting, plain, `${plain}_FILE`].some((name) => given[name] !== undefined);
}

/** The setting that somebody may have meant by this name. */
export function settingMeantBy(name: string, settings: readonly string[]): string | undefined {
  const written = wordsOf(name.toUpperCase().replace(PREFIX, ''));
  const near = settings.filter((setting) => {
    const words = wordsOf(setting);
    if (words.length === 1 && setting.length < SHORTEST_ALONE) return false;
    if (words.join('') === written.join('')) return true;
    return words.length === written.length && words.every((word, index) => isNear(word, written[index]));
  });
  return near.includes(name) ? name : near[0];
}

const wordsOf = (name: string): string[] => name.split('_').filter((word) => word !== '');

/** Word by word: `POSTGRES_HOST`, which Supabase has, is not `POSTGRES_PORT`, though two letters are all between them. */
function isNear(word: string, written = ''): boolean {
  if (word === written) return true;
  if (Math.min(word.length, written.length) < SHORTEST_WORD) return false;
  return word.startsWith(written) || written.startsWith(word) || isOneSlip(word, written);
}
