import { asJson, readPayload, NOW } from '../requests';
import type { SourceVectors } from './vectors';

export const vectors: SourceVectors = {
  secret: 'k100-salt-demo',
  now: NOW,
  genuine: [
    {
      what: 'a parcel in a locker, with codes',
      request: readPayload('kuaidi100.polling-locker.txt'),
      published: false,
    },
    {
      what: 'a parcel in a locker, as JSON',
      request: asJson(readPayload('kuaidi100.polling-locker.txt')),
      published: false,
    },
    {
      what: 'an older history, oldest first',
      request: readPayload('kuaidi100.repush-duplicate-reordered.txt'),
      published: false,
    },
  ],
  acknowledgement: {
    mediaType: 'application/json',
    body: '{"result":true,"returnCode":"200","message":"成功"}',
  },
};
