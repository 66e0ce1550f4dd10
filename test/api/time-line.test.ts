import { expect, test } from '@jest/globals';
import { howReached, sentenceForCustomer, type Reached } from '../../src/insight/customer-sentence';
import { SHIPMENT_STATUSES } from '../../src/shipment/status';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const lab = useApiLab();
const api = use(() => lab.serve());

interface Parcel {
  readonly for_customer: { readonly en: string; readonly zh: string };
  readonly scans: readonly Record<string, unknown>[];
  readonly decisions: readonly Record<string, unknown>[];
  readonly messages: readonly { readonly pushes: readonly Record<string, unknown>[] }[];
}

async function timeLineOf(trackingNo: string): Promise<readonly Parcel[]> {
  const { status, json } = await api.call('GET', `/api/v1/parcels/${trackingNo}`);
  expect(status).toBe(200);
  return json['parcels'] as readonly Parcel[];
}

test('a parcel has its scans with their texts, its decisions and messages, each phone, and a sentence', async () => {
  const trackingNo = `TL${unique()}`;
  const workflow = `delivery/own-system/yto/${trackingNo}/x`;
  const { rows } = await lab.db.pool.query<{ id: string }>(
    `insert into platform_express_waybills (carrier, tracking_no) values ('yto', $1) returning id::text as id`,
    [trackingNo],
  );
  const waybillId = rows[0]?.id ?? '';
  await lab.db.pool.query(
    `insert into waybell.platform_express_events
       (waybill_id, instance, event_key, event_time, status, raw_status, event_text_safe, source, workflow_id)
     values ($1, 1, 'k1', '2026-02-06T01:00:00Z', 'in_transit', 'T', '', 'own-system', $2),
            ($1, 1, 'k2', '2026-02-06T02:11:00Z', 'out_for_delivery', 'D', '', 'own-system', $2)`,
    [waybillId, workflow],
  );
  await lab.db.pool.query(
    `insert into waybell.scan_texts (tracking_no, source, event_key, event_time, text, place, word, received_at)
     values ($1, 'own-system', 'k2', '2026-02-06T02:11:00Z', '<b>派送</b>', '杭州', 'D', now())`,
    [trackingNo],
  );
  await lab.db.pool.query(
    `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, status, occurrence, decision, state, outcome, closed_at)
     values ($2, $1, 'announce', 1, 'out_for_delivery', 1, '{}', 'closed', 'success', now())`,
    [waybillId, workflow],
  );
  await lab.db.pool.query(
    `insert into express_notifications (message_id, aud, recipient_id, tracking_no, status, title, send_status, workflow_id)
     values ($1, 'user', 'u-1', $2, 'out_for_delivery', '快递派送中', 'success', $3)`,
    [`${waybillId}:1`, trackingNo, workflow],
  );
  await lab.db.pool.query(
    `insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round, attempts, shown_at)
     values ($1, 'd-1', $2, 'c-1', 'unicloud', 'accepted', 1, 2, now())`,
    [`${waybillId}:1`, workflow],
  );

  const [parcel, ...others] = await timeLineOf(trackingNo.toLowerCase());
  expect(others).toEqual([]);
  expect(parcel).toMatchObject({
    scans: [
      { at: '2026-02-06T02:11:00.000Z', status: 'out_for_delivery', text: '<b>派送</b>', place: '杭州' },
      { at: '2026-02-06T01:00:00.000Z', status: 'in_transit', word: 'T', text: null },
    ],
    decisions: [{ workflow_id: workflow, verdict: 'announce', state: 'closed', outcome: 'success' }],
    messages: [{ title: '快递派送中', pushes: [{ cid: 'c-1', attempts: 2, state: 'accepted' }] }],
  });
  const tail = trackingNo.slice(-4);
  expect(parcel?.for_customer).toEqual({
    en: `Your parcel with the number ending in ${tail} is out for delivery (2026-02-06 10:11), and your phone has shown our message.`,
    zh: `您尾号 ${tail} 的包裹正在派送（2026-02-06 10:11），您的手机已显示我们的通知。`,
  });
});

test('a number that the shop does not have has no parcel', async () => {
  expect(await timeLineOf(`NONE${unique()}`)).toEqual([]);
});

/** What only we and providers say. */
const OURS = /push|cid|workflow|webhook|provider|device|status|retry|token|推送|设备|回调|运单|令牌/i;
const REACHED: readonly Reached[] = ['shown', 'sent', 'under-way', 'no-phone', 'not-reached', 'quiet'];

test.each([null, ...SHIPMENT_STATUSES])(
  'the sentence of %s is one sentence in both languages, without a word of ours or the whole number',
  (status) => {
    for (const reached of REACHED) {
      const facts = { trackingNo: 'YT0000000001234', status, at: new Date(0), reached };
      for (const sentence of Object.values(sentenceForCustomer(facts, 'Asia/Shanghai'))) {
        expect(sentence).not.toMatch(OURS);
        expect(sentence).not.toContain('YT0000000001234');
        expect(sentence).toMatch(/1234[^.。]*[.。]$/);
      }
    }
  },
);

test('what the customer hears of his phone is what is known of it', () => {
  const push = (state: string, shown_at: Date | null = null) => ({ state, shown_at });
  const reached = (send_status: string, ...pushes: object[]) => howReached({ send_status, pushes } as never);
  expect(howReached(undefined)).toBe('quiet');
  expect(reached('success', push('accepted'), push('accepted', new Date()))).toBe('shown');
  expect(reached('sending', push('failed'), push('accepted'))).toBe('sent');
  expect(reached('sending', push('failed'))).toBe('not-reached');
  expect(reached('sending', push('retry'))).toBe('under-way');
  expect(reached('no-targets')).toBe('no-phone');
  expect(reached('superseded')).toBe('quiet');
  expect(reached('failed', push('failed'))).toBe('not-reached');
});
