import { createHmac } from 'node:crypto';
import type { WebhookRequest } from '../../../src/sources/source';
import { NOW, readPayload } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'shippo-demo-secret';

export function signShippo(body: string, secret = SECRET, time = String(NOW / 1000)): WebhookRequest {
  const digest = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
  return { body: Buffer.from(body), headers: { 'shippo-auth-signature': `t=${time},v1=${digest}` } };
}

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  acknowledgement: { mediaType: 'application/json', body: '{"ok":true}' },
  genuine: [
    {
      what: 'a parcel to be fetched, in a test, without a history',
      request: readPayload('shippo.pickup-test-flag.json'),
      published: false,
      covers: 'every-bit',
    },
    {
      what: 'a bare event',
      request: {
        body: Buffer.from('{"event":"track_updated"}'),
        headers: {
          'shippo-auth-signature':
            't=1772446800,v1=57ea2bf8e96111e81755a364791a691c0e2745fb76aba2f4a3ceee722a44f082',
        },
      },
      published: false,
      secret: 'demo-secret',
      covers: 'every-bit',
      tellsNothing: true,
    },
  ],
};
