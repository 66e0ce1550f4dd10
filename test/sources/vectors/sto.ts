import { createHash } from 'node:crypto';
import { asJson, formRequest, NOW } from '../requests';
import type { SourceVectors } from './vectors';

const SECRET = 'sto-demo-secret';
const CONTENT = JSON.stringify({
  waybillNo: '770000000000001',
  linkCode: 'SO-STO-1',
  trace: {
    outBizCode: 'B-1',
    opOrgName: '浙江杭州演示公司',
    opTime: '2026-03-02 07:40:55',
    scanType: '问题件',
    memo: '地址不详',
  },
});

const PROBLEM = formRequest({
  content: CONTENT,
  data_digest: createHash('md5')
    .update(CONTENT + SECRET)
    .digest('base64'),
});

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  genuine: [
    { what: 'a problem', request: PROBLEM, published: false },
    { what: 'a problem, as JSON', request: asJson(PROBLEM), published: false },
  ],
  acknowledgement: { mediaType: 'application/json', body: '{"success":true}' },
};
