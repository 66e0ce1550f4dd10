import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { apiUrl } from '../config/api-url';
import type { Config } from '../config/config';
import { sign } from '../sources/reading/proof';
import type { NextWebhook } from './sample-parcel';

/** The API answers within 2 s even when Temporal is away. */
const REQUEST_TIMEOUT_MS = 10_000;

const apiAnswer = z.looseObject({
  ok: z.boolean(),
  message: z.string().optional(),
  duplicate: z.boolean().optional(),
  handed_over: z.boolean().optional(),
  workflow_id: z.string().optional(),
  status_known: z.boolean().optional(),
  temporal_ui: z.string().optional(),
});
export type ApiAnswer = z.infer<typeof apiAnswer>;

/** A no of the API is a reply too. */
export interface ApiReply {
  readonly status: number;
  readonly answer: ApiAnswer;
}

/** The running Waybell, and what it asks of who comes from outside. */
export type Addressee = Pick<Config, 'host' | 'port' | 'webhookSecrets' | 'apiKeys'>;

/**
 * Does over HTTP what comes from outside: links a fresh parcel as its shop, then sends the webhook as its carrier.
 * @returns the API's reply to the webhook, or its refusal of the link.
 */
export async function sendWebhook(
  waybell: Addressee,
  { body, linkTo, keep }: NextWebhook,
): Promise<ApiReply> {
  if (linkTo !== null) {
    const route = `/api/v1/waybills/${body.carrier}/${body.tracking_no}`;
    const linked = await call(waybell, 'PUT', route, { order_id: linkTo });
    if (!linked.answer.ok) return linked;
  }
  const sent = await call(waybell, 'POST', '/webhook/express/status', body);
  if (sent.answer.ok) await keep();
  return sent;
}

async function call(waybell: Addressee, method: string, route: string, body: object): Promise<ApiReply> {
  const url = apiUrl(waybell) + route;
  const text = JSON.stringify(body);
  const response = await fetch(url, {
    method,
    body: text,
    headers: { 'content-type': 'application/json', ...credentials(waybell, text) },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new Error(`Waybell does not answer at ${url}: start it with npm start.`, { cause: error });
  });
  return { status: response.status, answer: apiAnswer.parse(await response.json()) };
}

/** Signed and authorised with the settings of the running product, when it has any. */
function credentials(
  { webhookSecrets: [secret], apiKeys: [key] }: Addressee,
  body: string,
): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  return {
    ...(secret !== undefined && {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${sign(secret, id, timestamp, Buffer.from(body)).toString('base64')}`,
    }),
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
}
