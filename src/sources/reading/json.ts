import { cutSaid } from './text';

/** How to read JSON that somebody else wrote: what is not as expected is empty, and nothing throws. */

export type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = Object.freeze({});

/** Rows of one list. The longest real ones have below 1,000, and 1 MiB holds 350,000 empty ones. */
const MAX_ROWS = 10_000;

/** An object; empty for anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : NO_FIELDS;
}

/**
 * An array of objects, as many as are read of one; empty for anything else. What is no object becomes an empty
 * one, so that it is noticed.
 */
export function rowsOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.slice(0, MAX_ROWS).map(fieldsOf) : [];
}

/** A text, cut; numbers as they print, everything else empty. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return cutSaid(value);
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

/** The texts that there are, in one line: a town and its country, whichever is known. */
export function lineOf(...values: readonly unknown[]): string {
  return values
    .map(textOf)
    .filter((text) => text.trim() !== '')
    .join(', ');
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const COLON = 0x3a;
const OPENING_BRACE = 0x7b;
const OPENING = new Set([0x5b, OPENING_BRACE]);
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

function endOfString(json: Uint8Array, opening: number): number {
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

/** Messages of carriers are below ten levels deep. */
const MAX_DEPTH = 64;
/** And none of their objects has a hundred members. */
const MAX_MEMBERS = 1_000;

/**
 * Whether the text is nested, or has an object, as no message is. To be asked before parsing, which takes more than
 * its share of time for half a million levels, or a hundred thousand names.
 */
function isOutOfShape(json: Uint8Array): boolean {
  /** Members of each object that is open; the rows of lists are bounded by who reads them. */
  const open: number[] = [];
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i] ?? 0;
    if (byte === QUOTE) i = endOfString(json, i);
    else if (CLOSING.has(byte)) open.pop();
    else if (OPENING.has(byte) && open.push(byte === OPENING_BRACE ? 1 : -Infinity) > MAX_DEPTH) return true;
    else if (byte === COMMA && open.length > 0) {
      const members = (open.pop() ?? 0) + 1;
      if (members > MAX_MEMBERS) return true;
      open.push(members);
    }
  }
  return false;
}

/**
 * Reads a body that must be a JSON object. Strict UTF-8: half a character means that the bytes are not what was
 * meant, and a signature over them would still fit.
 * @returns `undefined` for anything else, and for what no message looks like
 */
export function readJsonObject(body: Uint8Array): unknown {
  if (isOutOfShape(body)) return undefined;
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
