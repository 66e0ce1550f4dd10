import { cutText, visibleText } from './visible-text';

/** uni-push asks for less than 20 and less than 50 characters. */
export const TITLE_LENGTH = 19;
export const CONTENT_LENGTH = 49;

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
 * content and then do not show it.
 */
export function pushText(row: StoredText): { readonly title: string; readonly content: string } {
  return {
    title: cutText(firstVisible(row.title, row.event_text_safe, row.body, row.content), TITLE_LENGTH),
    content: cutText(firstVisible(row.body, row.content, row.title, row.event_text_safe), CONTENT_LENGTH),
  };
}

function firstVisible(...candidates: readonly (string | null)[]): string {
  return candidates.map((text) => visibleText(text ?? '')).find((text) => text !== '') ?? NOTHING_SAID;
}
