import { NOW } from '../requests';
import { signStandard } from './standard-webhooks';
import type { SourceVectors } from './vectors';

const SECRET = 'whsec_b3duLXN5c3RlbS1kZW1vLWtleS0yNC1ieXRlcyE=';
const SCAN = {
  carrier: 'yto',
  tracking_no: 'TEST_YT_20260206_0007',
  status: 'out_for_delivery',
  event_text: '快递员正在派送',
  event_time: '2026-03-02 10:11:00',
  event_id: 'scan-1',
};

const signed = (scan: object) => signStandard(JSON.stringify(scan), SECRET);

export const vectors: SourceVectors = {
  secret: SECRET,
  now: NOW,
  acknowledgement: {
    mediaType: 'application/json',
    body: '{"ok":true,"duplicate":false,"handed_over":true,"workflow_id":"delivery/own-system/yto/TEST_YT_20260206_0007/03cf81cef1cfeea77d19","run_id":"a-run","status":"out_for_delivery","status_known":true,"temporal_ui":"http://127.0.0.1:8233/a-run"}',
  },
  genuine: [
    { what: 'a parcel on its way to the door', request: signed(SCAN), published: false, covers: 'every-bit' },
    {
      what: 'a scan without an id, in a word that nobody knows',
      request: signed({ ...SCAN, event_id: undefined, status: '已妥投' }),
      published: false,
      covers: 'every-bit',
    },
  ],
};
