import type { Answer } from '../source';

export function jsonAnswer(body: object): Answer {
  return { mediaType: 'application/json', body: JSON.stringify(body) };
}

/** For senders that look at the HTTP status alone. */
export const RECEIVED = jsonAnswer({ ok: true });

export function notReceived(message: string): Answer {
  return jsonAnswer({ ok: false, message });
}
