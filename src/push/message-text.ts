import { visibleText } from './text';

/** Better than a push that is not shown because it is empty. In both languages: the row does not say which. */
const NOTHING_SAID = '包裹动态 · Parcel news';

/** What a stored notification says, in the columns of the seed. */
export interface StoredText {
  readonly title: string | null;
  readonly body: string | null;
  readonly content: string | null;
  readonly event_text_safe: string | null;
}

/**
 * The text of a push, never empty: phones and vendor channels accept a notification without a title or
 * content and then do not show it. Each provider cuts it to what it takes.
 */
export function pushText(row: StoredText): { readonly title: string; readonly content: string } {
  return {
    title: firstVisible(row.title, row.event_text_safe, row.body, row.content),
    content: firstVisible(row.body, row.content, row.title, row.event_text_safe),
  };
}

function firstVisible(...candidates: readonly (string | null)[]): string {
  return candidates.map((text) => visibleText(text ?? '')).find((text) => text !== '') ?? NOTHING_SAID;
}
