/**
 * Text from outside, made fit to be shown. What nobody sees can lie about what is seen: a control character obeys on a
 * terminal, a bidirectional one turns a line around, a zero-width one makes two names look alike.
 */

/** A joiner shapes the letters between which it stands, in these scripts: Persian and the scripts of India need it. */
const JOINED =
  '\\p{Script=Arabic}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}';
const JOINABLE = `(?=[\\p{L}\\p{M}])[${JOINED}]`;

/** One picture, or several joined: a family, a heart on fire. Its variation selector makes it a picture. */
const PICTURE = '\\p{Extended_Pictographic}\\uFE0F?\\p{Emoji_Modifier}?';
const SHAPED = [
  `${PICTURE}(?:\\u200D${PICTURE})*`,
  '[#*0-9]\\uFE0F\\u20E3',
  `(?<=${JOINABLE})[\\u200C\\u200D](?=${JOINABLE})`,
].join('|');

/** Line breaks and tabs are the layout of whoever writes. */
const CONTROL = '(?![\\n\\t])[\\p{Cc}\\p{Zl}\\p{Zp}]';
const INVISIBLE = '[\\p{Cf}\\p{Cs}\\p{Default_Ignorable_Code_Point}]';

const ANY = new RegExp(`${CONTROL}|${INVISIBLE}`, 'u');
const EACH = new RegExp(`(?<shaped>${SHAPED})|(?<control>${CONTROL})|${INVISIBLE}`, 'gu');

/**
 * Leaves out what is not seen: format characters (zero-width, bidirectional, tags, fillers), halves of surrogate pairs
 * and, in favour of a space, control characters. Joiners stay where they shape a picture or letters that need them.
 */
export function withoutInvisible(text: string): string {
  if (!ANY.test(text)) return text;
  return text.replace(EACH, (_, shaped: string | undefined, control: string | undefined) =>
    shaped === undefined ? (control === undefined ? '' : ' ') : shaped,
  );
}

/** The same JSON, in which what is not seen stands as an escape: nothing is lost, and nothing obeyed. */
export function escapeInvisible(json: string): string {
  return ANY.test(json) ? json.replace(EACH, escapedUnlessShaped) : json;
}

function escapedUnlessShaped(found: string, shaped: string | undefined): string {
  if (shaped !== undefined) return shaped;
  return Array.from({ length: found.length }, (_, index) => found.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    .join('');
}

/** No mark of ASCII means anything in Markdown but these, and an underscore inside a word means nothing. */
const PLAIN = /^(?:[^\p{ASCII}]|[A-Za-z0-9 ',-]|(?<=[A-Za-z0-9])_(?=[A-Za-z0-9]))*$/u;

/**
 * A text as one line of Markdown that says it and nothing else: as it is where it has no marks, else as code. An
 * escaped address would become a link all the same: GitHub's dialect, which Temporal's UI speaks, looks for addresses
 * after it has resolved escapes, and in code never.
 */
export function inMarkdown(text: string): string {
  const line = withoutInvisible(text).replace(/\s+/g, ' ').trim();
  if (PLAIN.test(line)) return line;
  // Parted by a bar, the cells of a table are told apart before code is.
  const code = line.replace(/[`|]/g, ' ').trim();
  return code === '' ? '' : `\`${code}\``;
}

/** What every shell takes as it is. */
const BARE = /^[A-Za-z0-9_.,:/@%+=-]+$/;

/** A text as one word of a command that is to be pasted: a tracking number may hold `#`, `&` and brackets. */
export function asShellWord(text: string): string {
  return BARE.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
