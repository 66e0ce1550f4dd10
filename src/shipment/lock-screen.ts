import { withoutTail } from './message-text';
import type { Language } from './phrases';

/**
 * What of a message may stand where everybody reads it: on a lock screen, and in the templates that makers of phones
 * show in place of our words. The name of a shop can say what somebody suffers from, so it is in neither unless the
 * shop says so.
 */

export const LOCK_SCREENS = ['parcel', 'status', 'nothing'] as const;
/**
 * `parcel`: what has happened, and the last four characters of the number. `status`: without the number. `nothing`: that
 * there is news.
 */
export type LockScreenLevel = (typeof LOCK_SCREENS)[number];

export interface LockScreen {
  readonly level: LockScreenLevel;
  /** What the shop may be called there; `null` for a word that every shop is called. */
  readonly shopName: string | null;
  readonly language: Language;
}

/** What a maker's template may show. */
export const TEMPLATE_FACTS = ['status', 'last_four', 'shop'] as const;
export type TemplateFact = (typeof TEMPLATE_FACTS)[number];
export type ShownFacts = Readonly<Record<TemplateFact, string>>;

export interface ShownText {
  readonly title: string;
  readonly content: string;
}

const NEUTRAL: Readonly<Record<Language, ShownText & { readonly shop: string }>> = {
  zh: { title: '包裹动态', content: '请打开应用查看', shop: '商家' },
  en: { title: 'Parcel news', content: 'Open the app for details', shop: 'Your shop' },
};
const HIDDEN_NUMBER = '****';

/** The text of a message as it may be read by everybody. */
export function textOnLockScreen(text: ShownText, { level, language }: LockScreen): ShownText {
  if (level === 'parcel') return text;
  if (level === 'status') return { title: text.title, content: withoutTail(text.content) };
  const { title, content } = NEUTRAL[language];
  return { title, content };
}

/** What a template is filled with; never more than what may be read. */
export function factsOnLockScreen(
  { title }: ShownText,
  lastFour: string | null,
  { level, shopName, language }: LockScreen,
): ShownFacts {
  const neutral = NEUTRAL[language];
  return {
    status: level === 'nothing' ? neutral.title : title,
    last_four: level === 'parcel' ? (lastFour ?? HIDDEN_NUMBER) : HIDDEN_NUMBER,
    shop: shopName ?? neutral.shop,
  };
}
