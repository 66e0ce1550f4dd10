/** The most that a sender may let us wait; seconds. */
export const MOST_WAIT_S = 10;

/** What stands between commas, or between semicolons. A quote that is never closed takes all that follows. */
const BETWEEN_COMMAS = /(?:[^",]|"(?:[^"\\]|\\.)*"?)+/gs;
const BETWEEN_SEMICOLONS = /(?:[^";]|"(?:[^"\\]|\\.)*"?)+/gs;
/** A name, alone or with a value: a token, or text in quotes. */
const NAMED = /^([!#$%&'*+.^_`|~\w-]+)(?:[ \t]*=[ \t]*([!#$%&'*+.^_`|~\w-]+|"(?:[^"\\]|\\.)*")?)?$/s;
const SECONDS = /^\d+$/;

/**
 * How long the sender of a request prefers to wait (RFC 7240, section 4.3), in seconds; `MOST_WAIT_S` where it asks for
 * more. Of a preference that is told twice the first one counts; what is malformed, or means nothing to us, is as if it
 * were not there.
 * @param header the value of `Prefer`, of several lines joined by commas
 */
export function preferredWait(header: string | undefined): number | undefined {
  const preferences = header?.match(BETWEEN_COMMAS) ?? [];
  for (const preference of preferences) {
    const [wait, ...parameters] = (preference.match(BETWEEN_SEMICOLONS) ?? []).map(readNamed);
    if (wait?.name !== 'wait' || parameters.includes(undefined)) continue;
    return SECONDS.test(wait.value) ? Math.min(Number(wait.value), MOST_WAIT_S) : undefined;
  }
  return undefined;
}

interface Named {
  readonly name: string;
  /** Empty where there is none, which RFC 7240 takes for the same. */
  readonly value: string;
}

/** @returns `undefined` for what is malformed */
function readNamed(text: string): Named | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return { name: '', value: '' };
  const [, name, value = ''] = NAMED.exec(trimmed) ?? [];
  return name === undefined ? undefined : { name: name.toLowerCase(), value: unquoted(value) };
}

/** A word in quotes means what it means without them. */
function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/gs, '$1') : word;
}
