import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deliveryOf } from '../../src/deliveries/workflow-id';
import type { ShipmentUpdate } from '../../src/shipment/update';
import type { Conditions, ReceivedUpdate, WebhookRequest } from '../../src/sources/source';

/** When the sample requests arrive: 2026-03-02T10:20:00Z. */
export const NOW = 1_772_446_800_000;

export const conditionsOf = (now: number): Conditions => ({
  now,
  toleranceSeconds: 300,
  lockerSigned: 'available_for_pickup',
});

export const CONDITIONS = conditionsOf(NOW);

/** What a source is told of updates whose deliveries have just started. */
export const receivedOf = (updates: readonly ShipmentUpdate[]): ReceivedUpdate[] =>
  updates.map((update) => ({
    ...deliveryOf(update),
    runId: 'a-run',
    duplicate: false,
    handedOver: true,
    link: 'http://127.0.0.1:8233/a-run',
  }));

export const FORM_TYPE = 'application/x-www-form-urlencoded; charset=UTF-8';

/** A request as it was recorded: the body byte for byte, and its headers. */
export function readPayload(file: string): WebhookRequest {
  const path = join(__dirname, 'payloads', file);
  const lines = readFileSync(path.replace(/\.[^.]+$/, '.headers'), 'utf8').split(/\r?\n/);
  const headers = lines.slice(1).flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon < 0 ? [] : [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]];
  });
  return { body: readFileSync(path), headers: Object.fromEntries(headers) };
}

/** A form of texts and bytes, every byte that is no letter or digit percent-encoded. */
export function formRequest(
  fields: Readonly<Record<string, string | Buffer>>,
  contentType = FORM_TYPE,
): WebhookRequest {
  const body = Object.entries(fields)
    .map(([name, value]) => `${encodeBytes(Buffer.from(name))}=${encodeBytes(Buffer.from(value))}`)
    .join('&');
  return { body: Buffer.from(body), headers: { 'content-type': contentType } };
}

/** The same fields, each a text, as a JSON object: how some senders send what others send as a form. */
export function asJson({ body }: WebhookRequest): WebhookRequest {
  const fields = Object.fromEntries(new URLSearchParams(body.toString('latin1')));
  return {
    body: Buffer.from(JSON.stringify(fields)),
    headers: { 'content-type': 'application/json; charset=utf-8' },
  };
}

function encodeBytes(bytes: Buffer): string {
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
