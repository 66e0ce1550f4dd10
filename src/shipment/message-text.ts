import { type Language, type Manner, phraseOf, type Saying } from './phrases';
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

/** As `tailOf` writes them. */
const TAIL = new RegExp(`(?:（尾号.{1,${SHOWN_DIGITS}}）| \\(….{1,${SHOWN_DIGITS}}\\))$`, 'u');

/**
 * A body that was written by `messageText`, in any language, as it is without the number: also of a number that is
 * spelt otherwise by now, or was corrected.
 */
export const withoutTail = (body: string): string => body.replace(TAIL, '');
