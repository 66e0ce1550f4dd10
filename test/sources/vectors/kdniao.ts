import { asJson, readPayload, NOW } from '../requests';
import type { SourceVectors } from './vectors';

export const vectors: SourceVectors = {
  secret: '00000000-demo-kdniao-appkey',
  now: NOW,
  genuine: [
    { what: 'three waybills', request: readPayload('kdniao.101-multi.txt'), published: false },
    {
      what: 'three waybills, as JSON',
      request: asJson(readPayload('kdniao.101-multi.txt')),
      published: false,
    },
  ],
  acknowledgement: {
    mediaType: 'application/json',
    body: '{"EBusinessID":"1000001","UpdateTime":"2026-03-02 18:20:00","Success":true,"Reason":""}',
  },
};
