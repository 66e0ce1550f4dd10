/** Why a phone showed nothing and what to do, for people who never saw our tables. */
export interface Explanation {
  readonly en: string;
  readonly zh: string;
}

/** A line to paste, or words that are quoted, are the same in both languages. */
export const asItIs = (line: string): Explanation => ({ en: line, zh: line });

/** For the log, errors and programs, which speak English. */
export const inEnglish = (all: readonly Explanation[]): string[] => all.map(({ en }) => en);

/** One after the other, with its own space between sentences. */
export function joined(...parts: readonly Explanation[]): Explanation {
  return { en: parts.map(({ en }) => en).join(' '), zh: parts.map(({ zh }) => zh).join('') };
}

/** Why something was not sent any more: people were told of a newer status instead. */
export function toldInstead(before: string, zhBefore: string): Explanation {
  return {
    en: `A newer status of the parcel was known before ${before}, and was told instead.`,
    zh: `${zhBefore}包裹已有更新的状态，改为通知新的状态。`,
  };
}
