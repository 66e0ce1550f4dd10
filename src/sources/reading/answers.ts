import type { Answer, Parsed } from '../source';
import { withoutInvisible } from '../../shipment/shown-text';
import { plainText } from './text';

export function jsonAnswer(body: object): Answer {
  return { mediaType: 'application/json', body: JSON.stringify(body) };
}

/** For senders that look at the HTTP status alone. */
export const RECEIVED = jsonAnswer({ ok: true });

export function notReceived(message: string): Answer {
  return jsonAnswer({ ok: false, message });
}

export function xmlAnswer(body: string): Answer {
  return { mediaType: 'application/xml', body };
}

/** Writes a text so that it can stand in an element or an attribute. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A body that is signed and cannot be read. */
export function bodyUnreadable(message = 'no JSON object'): Parsed {
  return { updates: [], flaws: [{ code: 'body-unreadable', where: 'body', message }] };
}

/** A request that is about something else. */
export function notTracking(kind: string): Parsed {
  const where = withoutInvisible(plainText(kind, 64));
  return { updates: [], flaws: [{ code: 'not-tracking', where, message: 'this request tells no scan' }] };
}

/** An ordinary message that tells nothing of a waybill yet, or something that is told here no further. */
export const NOTHING_SAID: Parsed = { updates: [], flaws: [] };
