import { createHash } from 'node:crypto';
import type { WebhookRequest } from '../../../src/sources/source';
import { asJson, formRequest, readPayload, NOW } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'zto-demo-app-secret';

/** 快件已签收 in GBK. */
const DESC = Buffer.from('bfecbcfed2d1c7a9cad5', 'hex');
const DATA = Buffer.concat([
  Buffer.from('{"billCode":"78000000000001","action":"SIGNED","actionTime":"2026-03-02 14:02:10","desc":"'),
  DESC,
  Buffer.from('"}'),
]);
const DIGEST = digestOf(DATA);

function digestOf(said: string | Buffer): string {
  return createHash('md5').update(said).update(SECRET).digest('base64');
}

/** What is said as an object, not as a text of one: the digest is over its bytes as they stand there. */
const SAID =
  '{"billCode":"78000000000001","action":"GOT","actionTime":"2026-03-02 09:00:00","desc":"已揽收"}';
const NESTED: WebhookRequest = {
  body: Buffer.from(`{"msg_type":"Traces","data":${SAID},"data_digest":"${digestOf(SAID)}"}`),
  headers: { 'content-type': 'application/json' },
};

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  genuine: [
    { what: 'a signature in UTF-8', request: readPayload('zto.1-signed-first.txt'), published: false },
    {
      what: 'a signature in UTF-8, as JSON',
      request: asJson(readPayload('zto.1-signed-first.txt')),
      published: false,
    },
    { what: 'JSON within JSON', request: NESTED, published: false },
    {
      what: 'a signature in GBK',
      request: formRequest({ data: DATA, data_digest: DIGEST, msg_type: 'Traces' }),
      published: false,
    },
  ],
  acknowledgement: {
    mediaType: 'application/json',
    body: '{"message":"","result":"success","status":true,"statusCode":"0"}',
  },
};
