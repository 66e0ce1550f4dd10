import type { AmongParcels } from './parcels-of-order';
import { allArrived, type Language, type Manner, phraseOf, placesIn, type Saying } from './phrases';
import type { Audience } from './update';

export interface MessageText {
  readonly title: string;
  readonly body: string;
}

/** Enough of a tracking number to tell two parcels apart, too little to look one up. */
const SHOWN_DIGITS = 4;

/** uni-push takes shorter ones only; characters. Titles stay under 20. */
const MAX_BODY = 50;

/**
 * The text of one notification. Of a parcel among others of its order it says which one, as far as there is room; words
 * about trouble and returns say nothing of it.
 */
export function messageText(
  language: Language,
  saying: Saying,
  audience: Audience,
  trackingNo: string,
  manner: Manner = 'usual',
  among: AmongParcels | null = null,
): MessageText {
  const [title, phrase] = phraseOf(language, manner, audience, saying);
  const plain = `${phrase}${tailOf(language, trackingNo)}`;
  if (among === null || manner !== 'usual') return { title, body: plain };
  if (among.all) {
    return { title, body: `${allArrived(language, audience, among.of)}${tailOf(language, trackingNo)}` };
  }
  const counted = placesIn(language, among.place, among.of).map(
    (place) => `${phrase}${tailOf(language, trackingNo, place)}`,
  );
  return { title, body: counted.find((body) => [...body].length < MAX_BODY) ?? plain };
}

export const lastFourOf = (trackingNo: string): string => trackingNo.slice(-SHOWN_DIGITS);

/** Before and after what stands in the brackets at the end. */
const BRACKETS: Readonly<Record<Language, readonly [open: string, between: string, close: string]>> = {
  zh: ['（', '，', '）'],
  en: [' (', ', ', ')'],
};

const numberIn = (language: Language, trackingNo: string): string =>
  `${language === 'zh' ? '尾号' : '…'}${lastFourOf(trackingNo)}`;

function tailOf(language: Language, trackingNo: string, place?: string): string {
  const [open, between, close] = BRACKETS[language];
  const before = place === undefined ? '' : `${place}${between}`;
  return `${open}${before}${numberIn(language, trackingNo)}${close}`;
}

/** As `tailOf` writes them. */
const TAIL = new RegExp(
  `(?:（(?:[^（）]*，)?尾号.{1,${SHOWN_DIGITS}}）| \\((?:[^()]*, )?….{1,${SHOWN_DIGITS}}\\))$`,
  'u',
);

/**
 * A body that was written by `messageText`, in any language, as it is without the brackets that hold the number: also
 * of a number that is spelt otherwise by now, or was corrected.
 */
export const withoutTail = (body: string): string => body.replace(TAIL, '');
