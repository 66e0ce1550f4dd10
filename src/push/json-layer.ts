/** An object of an answer whose fields are still to be looked at. */
export type JsonLayer = Readonly<Record<string, unknown>>;

export function isLayer(value: unknown): value is JsonLayer {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parsed by content, not by header: an object, or an empty one when the text is none. */
export function readLayer(text: string): JsonLayer {
  // What APNs and push services say when they take a push: the error of the parser is not for free.
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isLayer(value) ? value : {};
  } catch {
    return {};
  }
}

/** The elements of a list; none when it is no list. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
