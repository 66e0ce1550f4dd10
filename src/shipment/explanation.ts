/** Why a phone showed nothing and what to do, for people who never saw our tables. */
export interface Explanation {
  readonly en: string;
  readonly zh: string;
}

/** One after the other, with its own space between sentences. */
export function joined(...parts: readonly Explanation[]): Explanation {
  return { en: parts.map(({ en }) => en).join(' '), zh: parts.map(({ zh }) => zh).join('') };
}
