/** White space, controls and format characters: text of nothing else shows an empty notification. */
const INVISIBLE = /^[\s\p{Cc}\p{Cf}]*$/u;
/** Controls count as space: PostgreSQL refuses a NUL and a terminal obeys an escape. */
const SPACE = /[\s\p{Cc}]+/gu;

/** The text as one line without white space around it; '' when a person would see nothing. */
export function visibleText(text: string): string {
  return INVISIBLE.test(text) ? '' : text.replace(SPACE, ' ').trim();
}

/** Tells characters apart as a reader does: a flag, a family and a letter with its accents are one each. */
const readers = new Intl.Segmenter();

const ELLIPSIS = '…';
const one = (): number => 1;

/**
 * Shortens to at most `max` code points, the last an ellipsis, and cuts no character of a reader in half.
 * @param weigh as how many a code point counts
 */
export function cutText(text: string, max: number, weigh: (point: string) => number = one): string {
  let room = max;
  /** As far as there is room for the ellipsis after it. */
  let start = 0;
  for (const point of text) {
    if (room - weigh(point) < 0) {
      // Where the character at the cut begins; 0 when it alone is longer than `max`.
      const end = readers.segment(text).containing(start)?.index;
      return `${text.slice(0, end || start).trimEnd()}${ELLIPSIS}`;
    }
    room -= weigh(point);
    if (room >= weigh(ELLIPSIS)) start += point.length;
  }
  return text;
}

/** Better than a push that is not shown because it is empty. In both languages: the row does not say which. */
const NOTHING_SAID = '包裹动态 · Parcel news';

/**
 * What a stored notification says, in the columns of the seed. Without `event_text_safe`: the words of a carrier may
 * tell of a person, and a lock screen shows them to everybody.
 */
export interface StoredText {
  readonly title: string | null;
  readonly body: string | null;
  readonly content: string | null;
}

/**
 * The text of a push, never empty: phones and vendor channels accept a notification without a title or
 * content and then do not show it. Each provider cuts it to what it takes.
 */
export function pushText(row: StoredText): { readonly title: string; readonly content: string } {
  return {
    title: firstVisible(row.title, row.body, row.content),
    content: firstVisible(row.body, row.content, row.title),
  };
}

function firstVisible(...candidates: readonly (string | null)[]): string {
  return candidates.map((text) => visibleText(text ?? '')).find((text) => text !== '') ?? NOTHING_SAID;
}
