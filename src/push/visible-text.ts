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

/** Shortens to at most `max` code points, the last an ellipsis, and cuts no character of a reader in half. */
export function cutText(text: string, max: number): string {
  const points = [...text];
  if (points.length <= max) return text;
  const start = points.slice(0, max - 1).join('');
  // Where the character at the cut begins; 0 when it alone is longer than `max`.
  const end = readers.segment(text).containing(start.length)?.index;
  return `${start.slice(0, end || start.length).trimEnd()}…`;
}
