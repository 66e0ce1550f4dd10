import { z } from 'zod';
import { PUSH_STATES } from '../shipment/delivery';
import { explainNotification } from '../shipment/explain-notification';
import { explainPush, UNKNOWN_PHONE } from '../shipment/explain-push';
import { count, moment, temporalUi } from './answer-fields';

/** What people are shown of a message. */
export const notification = z
  .object({
    message_id: z.string(),
    aud: z.string().nullable().describe('`user` or `merchant`.'),
    recipient_id: z.string().nullable(),
    order_id: z.string().nullable(),
    carrier: z.string().nullable(),
    tracking_no: z.string().nullable(),
    status: z.string().nullable(),
    title: z.string().nullable(),
    body: z.string().nullable(),
    send_status: z.string().nullable(),
    last_error: z.string().nullable(),
    workflow_id: z.string().nullable(),
    created_at: moment,
    updated_at: moment,
    temporal_ui: temporalUi,
  })
  .meta({ id: 'Notification' });

export const explanation = z
  .object({ en: z.string(), zh: z.string() })
  .meta({ id: 'Explanation', description: 'Why it was shown or was not, and what to do, in plain words.' });

/** What happened to it on one device. */
const push = z
  .object({
    device_id: z.string(),
    cid: z.string(),
    provider: z.string(),
    platform: z.string().nullable().describe('As the app registered it.'),
    last_seen_at: moment
      .nullable()
      .describe('When the app registered last; `null` where the device is gone.'),
    state: z.enum(['claimed', 'retry', ...PUSH_STATES]),
    code: z.string().nullable().describe('Waybell’s word, or the provider’s code.'),
    words: z.string().nullable().describe('The provider’s words.'),
    attempts: count,
    claimed_at: moment,
    answered_at: moment.nullable(),
    delivered_at: moment.nullable().describe('When it reached the phone, as the provider reports.'),
    loss_reason: z.string().nullable().describe('Why it was dropped after it was accepted.'),
    loss_words: z.string().nullable().describe('The same in the words of the provider.'),
    shown_at: moment.nullable(),
    clicked_at: moment.nullable(),
    explanation,
  })
  .meta({ id: 'Push' });

/** As `notification`, with everything that is known of it. */
export const explainedNotification = notification.extend({ explanation, pushes: z.array(push) });

export const NOTIFICATION_EXAMPLE = {
  message_id: '6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10:1:delivered:1:user',
  aud: 'user',
  recipient_id: 'user-0007',
  order_id: 'ORDER_20260206_0007',
  carrier: 'yto',
  tracking_no: 'TEST_YT_20260206_0007',
  status: 'delivered',
  title: '快递已签收',
  body: '包裹已送达，感谢您的惠顾（尾号0007）',
  send_status: 'success',
  last_error: null,
  workflow_id: 'delivery/own-system/yto/TEST_YT_20260206_0007/3f2a9c0d51e874b6a2c1',
  created_at: '2026-02-06T02:11:00.000Z',
  updated_at: '2026-02-06T02:11:01.000Z',
  temporal_ui:
    'http://127.0.0.1:8233/namespaces/default/workflows/delivery%2Fown-system%2Fyto%2FTEST_YT_20260206_0007%2F3f2a9c0d51e874b6a2c1',
};

export const PUSH_EXAMPLE = {
  device_id: '6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10',
  cid: 'f7a1c0de',
  provider: 'unicloud',
  platform: 'android',
  last_seen_at: '2026-02-06T01:58:00.000Z',
  state: 'accepted',
  code: 'online',
  words: 'successed_online',
  attempts: 1,
  claimed_at: '2026-02-06T02:11:00.000Z',
  answered_at: '2026-02-06T02:11:01.000Z',
  delivered_at: null,
  loss_reason: null,
  loss_words: null,
  shown_at: null,
  clicked_at: null,
  explanation: explainPush(
    {
      state: 'accepted',
      code: 'online',
      words: 'successed_online',
      delivered_at: null,
      loss_reason: null,
      loss_words: null,
      shown_at: null,
      clicked_at: null,
    },
    { held: null, phone: UNKNOWN_PHONE },
  ),
};

export const EXPLANATION_EXAMPLE = explainNotification({
  sendStatus: 'success',
  tooLate: false,
  lastError: null,
  everHadDevice: true,
  waitsUntil: null,
  accepted: 1,
  shown: 0,
  waiting: 0,
  held: 0,
});
