import type { Answer } from './source';

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
