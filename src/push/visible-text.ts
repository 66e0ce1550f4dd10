/** White space, controls and format characters: text of nothing else shows an empty notification. */
const INVISIBLE = /^[\s\p{Cc}\p{Cf}]*$/u;
/** Controls count as space: PostgreSQL refuses a NUL and a terminal obeys an escape. */
const SPACE = /[\s\p{Cc}]+/gu;

/** The text as one line without white space around it; '' when a person would see nothing. */
export function visibleText(text: string): string {
  return INVISIBLE.test(text) ? '' : text.replace(SPACE, ' ').trim();
}

/** Shortens to `max` code points, the last an ellipsis, so that no emoji or rare CJK character is cut in half. */
export function cutText(text: string, max: number): string {
  const characters = [...text];
  if (characters.length <= max) return text;
  const start = characters.slice(0, max - 1).join('');
  return `${start.trimEnd()}…`;
}
