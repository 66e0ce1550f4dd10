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
  const tail =
    language === 'zh'
      ? `（尾号${trackingNo.slice(-SHOWN_DIGITS)}）`
      : ` (…${trackingNo.slice(-SHOWN_DIGITS)})`;
  return { title, body: `${phrase}${tail}` };
}
