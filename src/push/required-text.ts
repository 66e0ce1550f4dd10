import { UnsendableError } from './attempt';
import { cutText, visibleText } from './text';

/**
 * The text as one line, cut to `max` code points.
 * Missing counts as empty: the row may come from a shop's table, whose columns no type can vouch for.
 * @throws {UnsendableError} when a person would see nothing.
 */
export function requiredText(name: string, value: string | undefined, max = Infinity): string {
  const text = visibleText(value ?? '');
  if (text === '') throw new UnsendableError(`${name} is empty`);
  return cutText(text, max);
}
