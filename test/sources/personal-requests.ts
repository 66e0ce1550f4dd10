import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ShipmentUpdate } from '../../src/shipment/update';
import type { WebhookRequest } from '../../src/sources/source';

/** A request full of personal data, and what the first release made of it: recorded by its own code, only added to. */
export interface PersonalRequest {
  readonly source: string;
  readonly what: string;
  readonly request: WebhookRequest;
  readonly updates: readonly ShipmentUpdate[];
}

type Recorded = Omit<PersonalRequest, 'request'> & { readonly contentType: string; readonly body: string };

export const PERSONAL_REQUESTS: readonly PersonalRequest[] = (
  JSON.parse(readFileSync(path.join(__dirname, 'personal-requests.json'), 'utf8')) as readonly Recorded[]
).map(({ contentType, body, ...recorded }) => ({
  ...recorded,
  request: { headers: { 'content-type': contentType }, body: Buffer.from(body) },
}));
