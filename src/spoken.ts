import type { Explanation } from './shipment/explanation';
import type { Language } from './shipment/phrases';

/**
 * In which language this process speaks to who has typed its command. A sentence stands where it is said, in both
 * languages at once (`Explanation`), so that none can be missing. The log and JSON are English, whoever reads them.
 */
let spoken: Language = 'en';

export function speak(language: Language): void {
  spoken = language;
}

export const spokenLanguage = (): Language => spoken;

export const say = (words: Explanation): string => words[spoken];

/** Thrown with a sentence for who has typed the command; its `message` is the English one, for the log. */
export class SpokenError extends Error {
  override readonly name: string = 'SpokenError';

  constructor(
    readonly words: Explanation,
    options?: ErrorOptions,
  ) {
    super(words.en, options);
  }
}

/** Thrown where what somebody has typed, or written into a file, is wrong: it is to be corrected, and nothing was done. */
export class WrongInputError extends SpokenError {
  override readonly name = 'WrongInputError';
}
