import { createHmac } from 'node:crypto';
import type { WebhookRequest } from './source';

/** A header that is given once and holds something; anything else counts as absent. */
export function headerOf({ headers }: WebhookRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One HMAC-SHA256 for each secret; none for an empty one, with which anybody can sign. */
export function hmacsOf(secrets: readonly string[], ...said: readonly (string | Buffer)[]): Buffer[] {
  return proving(secrets).map((secret) =>
    said.reduce((hmac, part) => hmac.update(part), createHmac('sha256', secret)).digest(),
  );
}

/** The secrets that prove something. */
export function proving(secrets: readonly string[]): string[] {
  return secrets.filter((secret) => secret !== '');
}
