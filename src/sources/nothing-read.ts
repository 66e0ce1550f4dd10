import { plainText } from './reading/text';
import type { Parsed } from './source';

/** A body that is signed and cannot be read. */
export function bodyUnreadable(message = 'no JSON object'): Parsed {
  return { updates: [], flaws: [{ code: 'body-unreadable', where: 'body', message }] };
}

/** A request that is about something else. */
export function notTracking(kind: string): Parsed {
  const where = plainText(kind, 64);
  return { updates: [], flaws: [{ code: 'not-tracking', where, message: 'this request tells no scan' }] };
}
