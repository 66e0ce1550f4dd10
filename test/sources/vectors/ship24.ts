import type { WebhookRequest } from '../../../src/sources/source';
import { NOW, readPayload } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'ship24-demo-bearer';

export function bearShip24(body: string, token = SECRET): WebhookRequest {
  return { body: Buffer.from(body), headers: { authorization: `Bearer ${token}` } };
}

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  acknowledgement: { mediaType: 'application/json', body: '{"success":true}' },
  genuine: [
    {
      what: 'two parcels, one time without an offset and one date alone',
      request: readPayload('ship24.two-trackings.json'),
      published: false,
      covers: 'headers',
    },
  ],
};
