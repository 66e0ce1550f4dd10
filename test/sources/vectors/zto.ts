import { createHash } from 'node:crypto';
import { formRequest, readPayload, NOW } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'zto-demo-app-secret';

/** 快件已签收 in GBK. */
const DESC = Buffer.from('bfecbcfed2d1c7a9cad5', 'hex');
const DATA = Buffer.concat([
  Buffer.from('{"billCode":"78000000000001","action":"SIGNED","actionTime":"2026-03-02 14:02:10","desc":"'),
  DESC,
  Buffer.from('"}'),
]);
const DIGEST = createHash('md5').update(DATA).update(SECRET).digest('base64');

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  genuine: [
    { what: 'a signature in UTF-8', request: readPayload('zto.1-signed-first.txt'), published: false },
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
