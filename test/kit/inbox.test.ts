import { beforeEach, expect, test } from '@jest/globals';
import { createInbox } from '../../kit/uni-app/inbox';
import type { Session } from '../../kit/uni-app/waybell';
import { unique, useApiLab } from '../api/api-lab';
import { use } from '../setup/use';
import { createFakePhone, type FakePhone } from './fake-phone';
import { personOf, SETTINGS } from './shop';

/** kit/uni-app/inbox.js on a phone that answers as uni-app is documented, against the real API. */

const lab = useApiLab();
const api = use(() => lab.serve(SETTINGS));

let phone: FakePhone;
let session: Session | null;
let asked: boolean[];

beforeEach(() => {
  phone = createFakePhone(unique());
  session = personOf(`u-${unique()}`);
  asked = [];
});

const inbox = (merchantId?: string) =>
  createInbox({
    url: api.url,
    session({ expired }) {
      asked.push(expired);
      return session;
    },
    ...(merchantId !== undefined && { merchantId }),
  });

async function tell(recipient: string, count: number, aud = 'user'): Promise<void> {
  await lab.db.pool.query(
    `insert into express_notifications (message_id, aud, recipient_id, title, workflow_id, created_at)
     select $1 || ':' || n, $3, $1, 't', 'w', now() - n * interval '1 second' from generate_series(1, $2) n`,
    [recipient, count, aud],
  );
}

test('messages come page by page, and are marked one by one, back again, and all at once', async () => {
  const person = String(session?.userId);
  await tell(person, 5);
  const first = await inbox().messages({ limit: 3 });
  expect(first).toMatchObject({
    unread: 5,
    notifications: [{ message_id: `${person}:1`, read: false }, {}, {}],
  });
  const rest = await inbox().messages({ limit: 3, before: String(first.next) });
  expect(rest).toMatchObject({ next: null, notifications: [{ message_id: `${person}:4` }, {}] });
  expect(await inbox().mark(`${person}:4`)).toMatchObject({ marked: 1, unread: 4 });
  expect(await inbox().mark([`${person}:4`, `${person}:5`], false)).toMatchObject({ marked: 1, unread: 5 });
  const newest = first.notifications[0]?.created_at ?? '';
  expect(await inbox().markAll(newest)).toMatchObject({ marked: 5, unread: 0 });
  expect((await inbox().messages({ unread: true })).notifications).toEqual([]);
});

test('all are marked where one request does not reach', async () => {
  await tell(String(session?.userId), 2_100);
  expect(await inbox().markAll(new Date().toISOString())).toMatchObject({
    marked: 100,
    unread: 0,
    more: false,
  });
  expect(phone.requests).toHaveLength(3);
});

test('messages of a merchant are those of the merchant', async () => {
  const merchant = `m-${unique()}`;
  session = personOf(`u-${unique()}`, merchant);
  await tell(merchant, 1, 'merchant');
  expect((await inbox(merchant).messages()).notifications).toHaveLength(1);
  expect((await inbox().messages()).notifications).toHaveLength(0);
});

test('parcels are found by number', async () => {
  const [number, order] = [`YT${unique()}`, `o-${unique()}`];
  await lab.db.pool.query('insert into ml_orders (id, user_id) values ($1, $2)', [order, session?.userId]);
  await lab.db.pool.query(
    `insert into platform_express_waybills (carrier, tracking_no, order_id) values ('yto', $1, $2)`,
    [number, order],
  );
  const { parcels, next } = await inbox().parcels({ trackingNo: number });
  expect([parcels, next]).toMatchObject([[{ tracking_no: number, order_id: order, scans: [] }], null]);
  expect((await inbox().parcels()).parcels).toEqual([]);
});

test('a token that ran out is asked for anew, once', async () => {
  phone.replies = [{ statusCode: 401, data: { ok: false, code: 'jwt-invalid' } }];
  expect(await inbox().messages()).toMatchObject({ unread: 0 });
  expect(asked).toEqual([false, true]);
  phone.replies = [{ statusCode: 401 }, { statusCode: 401 }];
  await expect(inbox().messages()).rejects.toMatchObject({ status: 401, code: 'http-401' });
});

test('what went wrong is said by a code', async () => {
  await expect(inbox().mark('none')).rejects.toMatchObject({ status: 404, code: 'notification-unknown' });
  phone.replies = [{ statusCode: 502, data: '<html>' }];
  await expect(inbox().messages()).rejects.toMatchObject({ status: 502, code: 'http-502' });
  phone.online = false;
  await expect(inbox().messages()).rejects.toMatchObject({ status: 0, code: 'network' });
  session = null;
  await expect(inbox().messages()).rejects.toMatchObject({ status: 0, code: 'signed-out' });
});
