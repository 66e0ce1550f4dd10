import { createHmac } from 'node:crypto';
import type { WebhookRequest } from '../../../src/sources/source';
import { NOW } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'trackingmore-demo-secret';

const hmac = (time: string, secret: string): string =>
  createHmac('sha256', secret).update(time).digest('hex');

/** Version 4: the proof is in the headers and says nothing of the body. */
export function signTrackingmore(
  body: string,
  secret = SECRET,
  timestamp = String(NOW / 1000),
): WebhookRequest {
  return { body: Buffer.from(body), headers: { timestamp, signature: hmac(timestamp, secret) } };
}

/** Versions 2 and 3: the proof is in the body, made with an e-mail address. */
export function withProof(body: object, email: string, time = NOW / 1000): WebhookRequest {
  const verifyInfo = { timeStr: time, signature: hmac(String(time), email) };
  return { body: Buffer.from(JSON.stringify({ ...body, verifyInfo })), headers: {} };
}

const WAYBILL = {
  tracking_number: 'TM0000000001',
  courier_code: 'dhl',
  delivery_status: 'pickup',
  substatus: 'pickup002',
  latest_event: 'Bereit zur Abholung',
  lastest_checkpoint_time: '2026-03-02T10:05:00+01:00',
  origin_info: {
    trackinfo: [
      {
        checkpoint_date: '2026-03-02T10:05:00+01:00',
        tracking_detail: 'Bereit zur Abholung',
        location: 'Köln',
        checkpoint_delivery_status: 'pickup',
        checkpoint_delivery_substatus: 'pickup002',
      },
    ],
  },
  destination_info: { trackinfo: [] },
};

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  acknowledgement: { mediaType: 'application/json', body: '{"ok":true}' },
  genuine: [
    {
      what: 'version 4: a parcel to be fetched',
      request: signTrackingmore(JSON.stringify({ code: 200, message: 'Success', data: WAYBILL })),
      published: false,
      covers: 'headers',
    },
    {
      what: 'version 2: the same in its own names',
      request: withProof({ meta: { code: 200 }, data: WAYBILL }, 'shop@example.com'),
      published: false,
      secret: 'shop@example.com',
      covers: 'headers',
    },
    {
      what: 'version 4, the published signature',
      request: {
        body: Buffer.from('{}'),
        headers: {
          timestamp: '1662371528',
          signature: 'a37084ab68ae16b77db1f8463f31be9fcc965e2515e03efecf8139bb1e511b06',
        },
      },
      published: true,
      secret: '2e55b9a3-4dd1-4416-9897-c4bd1e3d738f',
      now: 1_662_371_528_000,
      covers: 'headers',
      tellsNothing: true,
    },
    {
      what: 'version 3, the published signature',
      request: {
        body: Buffer.from(
          '{"timestamp":1653632765,"signature":"0d90bb874fed0b056d8b3aa794529ebacd49932a0cea691629b63eaf2ca9d400"}',
        ),
        headers: {},
      },
      published: true,
      secret: 'info@trackingmore.org',
      now: 1_653_632_765_000,
      covers: 'headers',
      tellsNothing: true,
    },
  ],
};
