import { LANGUAGES, type Language, type Manner, phraseOf, type Saying } from './phrases';
import type { Audience } from './update';

export interface MessageText {
  readonly title: string;
  readonly body: string;
}

/** Enough of a tracking number to tell two parcels apart, too little to look one up. */
const SHOWN_DIGITS = 4;

/** The text of one notification. Titles stay under 20 and bodies under 50 characters: uni-push's limits. */
export function messageText(
  language: Language,
  saying: Saying,
  audience: Audience,
  trackingNo: string,
  manner: Manner = 'usual',
): MessageText {
  const [title, phrase] = phraseOf(language, manner, audience, saying);
  return { title, body: `${phrase}${tailOf(language, trackingNo)}` };
}

export const lastFourOf = (trackingNo: string): string => trackingNo.slice(-SHOWN_DIGITS);

const tailOf = (language: Language, trackingNo: string): string =>
  language === 'zh' ? `（尾号${lastFourOf(trackingNo)}）` : ` (…${lastFourOf(trackingNo)})`;

/** A body that was written by `messageText`, in any language, as it is without the number. */
export function withoutTail(body: string, trackingNo: string): string {
  const tail = LANGUAGES.map((language) => tailOf(language, trackingNo)).find((each) => body.endsWith(each));
  return tail === undefined ? body : body.slice(0, -tail.length);
}
