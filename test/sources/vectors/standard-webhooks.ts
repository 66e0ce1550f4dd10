import type { WebhookRequest } from '../../../src/sources/source';
import { sign } from '../../../src/sources/reading/proof';
import { NOW, readPayload } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'whsec_c3RhbmRhcmQtd2ViaG9va3MtZGVtby1rZXktMjRieSE=';

export function signStandard(body: string, secret = SECRET): WebhookRequest {
  const timestamp = String(NOW / 1000);
  const digest = sign(secret, 'msg_1', timestamp, Buffer.from(body)).toString('base64');
  return {
    body: Buffer.from(body),
    headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` },
  };
}

/** Under the names that the scheme had before it became a specification. */
export function asSvix({ body, headers }: WebhookRequest): WebhookRequest {
  const renamed = Object.entries(headers).map(([name, value]) => [name.replace('webhook-', 'svix-'), value]);
  return { body, headers: Object.fromEntries(renamed) as WebhookRequest['headers'] };
}

const ON_ITS_WAY = readPayload('standard-webhooks.rotated-secret.json');

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  acknowledgement: { mediaType: 'application/json', body: '{"ok":true}' },
  genuine: [
    {
      what: 'a parcel on its way to the door, while secrets are rotated',
      request: ON_ITS_WAY,
      published: false,
    },
    {
      what: 'a parcel on its way to the door, under the older names of Svix',
      request: asSvix(ON_ITS_WAY),
      published: false,
    },
    {
      what: 'several parcels',
      request: signStandard(
        '{"type":"shipment.updated","data":[{"carrier":"a","waybill":"AAAA1","events":[{"code":"delivered","occurred_at":"2026-03-02T09:00:00Z","text":"x"}]},{"carrier":"b","waybill":"BBBB1","events":[]}]}',
      ),
      published: false,
      covers: 'every-bit',
    },
    {
      what: 'the published signature',
      request: {
        body: Buffer.from('{"test": 2432232314}'),
        headers: {
          'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
          'webhook-timestamp': '1614265330',
          'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
        },
      },
      published: true,
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      now: 1_614_265_330_000,
      covers: 'every-bit',
      tellsNothing: true,
    },
  ],
};
