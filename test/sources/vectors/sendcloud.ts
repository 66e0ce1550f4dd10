import { createHmac } from 'node:crypto';
import type { WebhookRequest } from '../../../src/sources/source';
import { NOW } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'sendcloud-demo-secret';

export function signSendcloud(body: string, secret = SECRET): WebhookRequest {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return { body: Buffer.from(body), headers: { 'sendcloud-signature': signature } };
}

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  acknowledgement: { mediaType: 'application/json', body: '{"ok":true}' },
  genuine: [
    {
      what: 'a parcel on its way to the door',
      request: signSendcloud(
        '{"action":"parcel_status_changed","timestamp":1772446800000,"carrier_status_change_timestamp":1772446500,"parcel":{"id":1,"name":"A. Buyer","tracking_number":"3SDEMO000000001","weight":"2.000","status":{"id":92,"message":"Driver en route"},"carrier":{"code":"postnl"},"is_return":false}}',
      ),
      published: false,
      covers: 'every-bit',
    },
    {
      what: 'the published signature',
      request: {
        body: Buffer.from('{"key": "value"}'),
        headers: {
          'sendcloud-signature': '1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a',
        },
      },
      published: true,
      secret: 'secretkey',
      covers: 'every-bit',
      tellsNothing: true,
    },
  ],
};
