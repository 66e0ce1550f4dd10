import { describe, expect, test } from '@jest/globals';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const ROUTE = '/api/v1/notifications';

const lab = useApiLab();
const api = use(() =>
  lab.serve({ TEMPORAL_UI_URL: 'https://temporal.example/', TEMPORAL_NAMESPACE: 'shop' }),
);

interface Row {
  message_id?: string;
  recipient_id?: string;
  tracking_no?: string;
  workflow_id?: string | null;
  created_at?: string;
}

async function notification(row: Row = {}): Promise<string> {
  const messageId = row.message_id ?? `w:1:delivered:1:${unique()}`;
  await lab.db.pool.query(
    `insert into express_notifications
       (message_id, aud, recipient_id, order_id, carrier, tracking_no, status, title, body, send_status, workflow_id, created_at)
     values ($1, 'user', $2, 'O-1', 'yto', $3, 'delivered', '已签收', '您的包裹已签收', 'success', $4, coalesce($5, now()))`,
    [
      messageId,
      row.recipient_id ?? 'u-1',
      row.tracking_no ?? 'YT1234',
      row.workflow_id === undefined ? 'delivery/own-system/yto/YT1234/abc' : row.workflow_id,
      row.created_at,
    ],
  );
  return messageId;
}

describe('the list of notifications', () => {
  test('is narrowed by recipient and number, the newest first', async () => {
    const recipient = `u-${unique()}`;
    const number = `YT${unique()}`;
    const old = await notification({
      recipient_id: recipient,
      tracking_no: number,
      created_at: '2026-01-01',
    });
    const recent = await notification({ recipient_id: recipient, tracking_no: number });
    const elsewhere = await notification({ recipient_id: recipient });
    const list = async (query: string) => {
      const { status, json } = await api.call('GET', `${ROUTE}?${query}`);
      expect(status).toBe(200);
      expect(json['count']).toBe((json['notifications'] as unknown[]).length);
      return (json['notifications'] as { message_id: string }[]).map(({ message_id }) => message_id);
    };
    expect(await list(`tracking_no=${number.toLowerCase()}`)).toEqual([recent, old]);
    expect(await list(`recipient_id=${recipient}&tracking_no=${number}&limit=1`)).toEqual([recent]);
    expect((await list(`recipient_id=${recipient}`)).sort()).toEqual([old, recent, elsewhere].sort());
    expect(await list(`recipient_id=nobody`)).toEqual([]);
    expect((await list('')).length).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=many', 'limit'],
    ['tracking_no=YT/1', 'tracking_no'],
    [`recipient_id=${'u'.repeat(129)}`, 'recipient_id'],
  ])('is refused with %s', async (query, field) => {
    const { status, json } = await api.call('GET', `${ROUTE}?${query}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ ok: false, code: 'field-invalid', field });
  });
});

describe('one notification', () => {
  test('tells what became of each push, and links into the Temporal UI', async () => {
    const messageId = await notification();
    await lab.db.pool.query(
      `insert into waybell.express_pushes
         (message_id, device_id, workflow_id, cid, provider, state, round, attempts, code, words, shown_at)
       values ($1, 'd-1', 'w', 'cid-1', 'unicloud', 'failed', 1, 3, 'bad_payload', 'title size over limit', now())`,
      [messageId],
    );
    const { status, json } = await api.call('GET', `${ROUTE}/${encodeURIComponent(messageId)}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      ok: true,
      notification: {
        message_id: messageId,
        aud: 'user',
        recipient_id: 'u-1',
        order_id: 'O-1',
        title: '已签收',
        send_status: 'success',
        temporal_ui:
          'https://temporal.example/namespaces/shop/workflows/delivery%2Fown-system%2Fyto%2FYT1234%2Fabc',
        pushes: [
          {
            device_id: 'd-1',
            cid: 'cid-1',
            state: 'failed',
            code: 'bad_payload',
            words: 'title size over limit',
            attempts: 3,
            shown_at: expect.any(String),
            clicked_at: null,
          },
        ],
      },
    });
  });

  test('that the old system made has no workflow to show or to retry', async () => {
    const messageId = await notification({ workflow_id: null });
    const { json } = await api.call('GET', `${ROUTE}/${messageId}`);
    expect(json).toMatchObject({ notification: { workflow_id: null, temporal_ui: null, pushes: [] } });
    const retried = await api.call('POST', `${ROUTE}/${messageId}/retry`);
    expect(retried.status).toBe(409);
    expect(retried.json).toMatchObject({ ok: false, code: 'not-a-delivery' });
  });

  test.each([
    ['GET', ''],
    ['POST', '/retry'],
  ])('that does not exist: %s %s is refused', async (method, path) => {
    const { status, json } = await api.call(method, `${ROUTE}/w:1:none${path}`);
    expect(status).toBe(404);
    expect(json).toMatchObject({ ok: false, code: 'notification-unknown', field: 'message_id' });
  });
});
