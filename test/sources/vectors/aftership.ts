import { createHmac } from 'node:crypto';
import type { WebhookRequest } from '../../../src/sources/source';
import { NOW, readPayload } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'aftership-demo-secret';

export function signAftership(body: string | Buffer, secret = SECRET): WebhookRequest {
  const signature = createHmac('sha256', secret).update(body).digest('base64');
  return { body: Buffer.from(body), headers: { 'aftership-hmac-sha256': signature } };
}

/** As organizations from before October 2022 are signed to. */
export function signAftershipBefore2022(body: string | Buffer, secret = SECRET): WebhookRequest {
  const { headers } = signAftership(body, secret);
  const signature = `hmac-sha256=${String(headers['aftership-hmac-sha256'])}`;
  return { body: Buffer.from(body), headers: { 'am-webhook-signature': signature } };
}

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  acknowledgement: { mediaType: 'application/json', body: '{"ok":true}' },
  genuine: [
    {
      what: 'a failed attempt, beyond ASCII, with local times',
      request: readPayload('aftership.tracking-update.json'),
      published: false,
      covers: 'every-bit',
    },
    {
      what: 'a failed attempt, signed in the older header',
      request: signAftershipBefore2022(readPayload('aftership.tracking-update.json').body),
      published: false,
      covers: 'every-bit',
    },
    {
      what: 'a bare event',
      request: {
        body: Buffer.from('{"event":"tracking_update"}'),
        headers: { 'aftership-hmac-sha256': 'bGCJYE9G74gVtrtkhrFGd2Al2eqXfwJou4NtQnTLa3M=' },
      },
      published: false,
      secret: 'demo-secret',
      covers: 'every-bit',
      tellsNothing: true,
    },
  ],
};
