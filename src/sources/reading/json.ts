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

/** A text; numbers as they print, everything else empty. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

/** The texts that there are, in one line: a town and its country, whichever is known. */
export function lineOf(...values: readonly unknown[]): string {
  return values
    .map(textOf)
    .filter((text) => text.trim() !== '')
    .join(', ');
}
