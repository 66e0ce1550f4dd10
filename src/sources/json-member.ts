const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const COMMA = 0x2c;
const WHITE_SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Finds the bytes of one member's value in a JSON object, exactly as they were sent: written anew, numbers and
 * escapes change and a signature over them breaks. Of a name given twice the last counts, as for `JSON.parse`.
 * @param json what `JSON.parse` takes as an object, in UTF-8
 */
export function bytesOfMember(json: Buffer, name: string): Buffer | undefined {
  let found: Buffer | undefined;
  let depth = 0;
  let key: string | undefined;
  let start = -1;
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i] ?? 0;
    if (byte === QUOTE) {
      const end = endOfString(json, i);
      if (depth === 1 && start < 0) {
        key = JSON.parse(json.toString('utf8', i, end + 1)) as string;
      }
      i = end;
    } else if (OPENING.has(byte)) {
      depth += 1;
    } else if (depth === 1 && byte === COLON) {
      start = i + 1;
    } else if (CLOSING.has(byte) || byte === COMMA) {
      if (depth === 1 && start >= 0) {
        if (key === name) found = trim(json.subarray(start, i));
        start = -1;
      }
      if (byte !== COMMA) depth -= 1;
    }
  }
  return found;
}

function endOfString(json: Buffer, opening: number): number {
  let i = opening + 1;
  while (i < json.length && json[i] !== QUOTE) i += json[i] === BACKSLASH ? 2 : 1;
  return i;
}

function trim(bytes: Buffer): Buffer {
  let [from, to] = [0, bytes.length];
  while (from < to && WHITE_SPACE.has(bytes[from] ?? 0)) from += 1;
  while (to > from && WHITE_SPACE.has(bytes[to - 1] ?? 0)) to -= 1;
  return bytes.subarray(from, to);
}
