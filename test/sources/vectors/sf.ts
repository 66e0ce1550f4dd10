import { formRequest, readPayload, NOW } from '../requests';
import type { SourceVectors } from './vectors';

const XML =
  '<Request service="RoutePushService" lang="zh-CN"><Body><WaybillRoute id="1" mailno="SF0000000000001" orderid="SO-SF-1" acceptTime="2026-03-02 08:30:00" acceptAddress="杭州市" remark="快件派送中" opCode="204"/></Body></Request>';

export const vectors: SourceVectors = {
  secret: null,
  now: NOW,
  genuine: [
    {
      what: 'two waybills in JSON',
      request: readPayload('sf.batch-outoforder-duplicate.json'),
      published: false,
    },
    { what: 'one scan in XML', request: formRequest({ content: XML }), published: false },
  ],
  acknowledgement: { mediaType: 'application/json', body: '{"return_code":"0000","return_msg":"成功"}' },
};
