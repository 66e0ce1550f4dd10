import { createHmac } from 'node:crypto';
import type { WebhookRequest } from '../../../src/sources/source';
import { NOW, readPayload } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'demo-sécret';

export function signEasypost(body: string | Buffer, secret = SECRET): WebhookRequest {
  const signature = createHmac('sha256', secret.normalize('NFKD')).update(body).digest('hex');
  return { body: Buffer.from(body), headers: { 'x-hmac-signature': `hmac-sha256-hex=${signature}` } };
}

/** With the second signature alone, over the time and the path too. */
export function signEasypostTwice(body: string | Buffer, time: string, secret = SECRET): WebhookRequest {
  const path = '/webhooks/easypost/token';
  const signature = createHmac('sha256', secret.normalize('NFKD'))
    .update(`${time}POST${path}`)
    .update(body)
    .digest('hex');
  return {
    body: Buffer.from(body),
    headers: { 'x-timestamp': time, 'x-path': path, 'x-hmac-signature-v2': `hmac-sha256-hex=${signature}` },
  };
}

/**
 * The signed example of EasyPost's client libraries (secret `sécret`, body `official/fixtures/event-body.json` of
 * EasyPost/examples without its last line break, digest 38f3f53c…f527db) was recomputed and fits; its body is not
 * ours to keep here.
 */
export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  acknowledgement: { mediaType: 'application/json', body: '{"ok":true}' },
  genuine: [
    {
      what: 'a delivered parcel with a weight of 136.0, signed with a secret beyond ASCII',
      request: readPayload('easypost.tracker-updated-float.json'),
      published: false,
      covers: 'every-bit',
    },
    {
      what: 'the same with the second signature alone',
      request: signEasypostTwice(
        readPayload('easypost.tracker-updated-float.json').body,
        'Mon, 02 Mar 2026 10:19:00 -0000',
      ),
      published: false,
      covers: 'every-bit',
    },
  ],
};
