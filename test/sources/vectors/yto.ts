import { asJson, readPayload, NOW } from '../requests';
import type { SourceVectors } from './vectors';

export const vectors: SourceVectors = {
  secret: 'yto-demo-partner',
  now: NOW,
  genuine: [
    { what: 'out for delivery', request: readPayload('yto.sent-scan.txt'), published: false },
    {
      what: 'out for delivery, as JSON',
      request: asJson(readPayload('yto.sent-scan.txt')),
      published: false,
    },
  ],
  acknowledgement: {
    mediaType: 'application/xml',
    body: '<Response><logisticProviderID>YTO</logisticProviderID><txLogisticID>SO-YTO-1</txLogisticID><success>true</success></Response>',
  },
};
