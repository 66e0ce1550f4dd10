import { createHash } from 'node:crypto';
import type { WebhookRequest } from '../../../src/sources/source';
import { NOW, readPayload } from '../requests';
import type { SourceVectors } from './vectors';

const KEY = '17track-demo-key';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export function sign17Track(body: string, key = KEY): WebhookRequest {
  return { body: Buffer.from(body), headers: { sign: sha256(`${body}/${key}`) } };
}

/** Version 1, around `data` as it is written. */
export function sign17TrackVersion1(event: string, data: string, key = KEY): WebhookRequest {
  const sign = sha256(`${event}/${data}/${key}`);
  return { body: Buffer.from(`{"sign":"${sign}","event":"${event}","data":${data}}`), headers: {} };
}

export const vectors: SourceVectors = {
  secret: KEY,
  now: NOW,
  acknowledgement: { mediaType: 'application/json', body: '{"ok":true}' },
  genuine: [
    {
      what: 'a parcel at customs, with a scan without times',
      request: readPayload('17track.updated-customs.json'),
      published: false,
      covers: 'every-bit',
    },
    {
      what: 'version 1, with a number and an escape that writing anew would change',
      request: sign17TrackVersion1(
        'TRACKING_UPDATED',
        '{ "number":"RR000000001CN", "carrier":3011, "w":1.0, "track":{"e":40,"z0":{"a":"2026-03-02 09:00","c":"Berlin","z":"Zugestellt \\u00fcber Nachbar"},"z1":[]} }',
      ),
      published: false,
    },
    {
      what: 'the end of following a parcel',
      request: {
        body: Buffer.from('{"event":"TRACKING_STOPPED"}'),
        headers: { sign: '51806bd21914b8973a61d54f7a16d826ee7f910047934216169d33de44b9e2aa' },
      },
      published: false,
      secret: 'demo-key',
      covers: 'every-bit',
      tellsNothing: true,
    },
  ],
};
