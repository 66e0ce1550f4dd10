import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { loadConfig } from '../../src/config/config';
import { markUser } from '../../src/database/erasure-marks';
import { openPool } from '../../src/database/pool';
import { workerRoleSql } from '../../src/database/schema/access';
import { use } from '../setup/use';
import { createWorkerRole } from '../setup/worker-role';
import { type Answer, type Api, unique, useApiLab } from './api-lab';

const JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters';
const SETTINGS = { DEVICE_REGISTRATION: 'jwt', SUPABASE_JWT_SECRET: JWT_SECRET, API_KEYS: 'k'.repeat(48) };

const lab = useApiLab();
const api = use(() => lab.serve(SETTINGS));

function as(sub: string): { readonly authorization: string } {
  const claims = { sub, role: 'authenticated', aud: 'authenticated' };
  return { authorization: `Bearer ${jwt.sign(claims, JWT_SECRET, { expiresIn: '1h' })}` };
}

const list = (person: string, asked = '', of: Api = api): Promise<Answer> =>
  of.call('GET', `/api/v1/push/parcels${asked}`, { headers: as(person) });
interface Shown {
  readonly tracking_no: string;
  readonly scans: readonly { readonly event_text: string }[];
}
const shown = ({ json }: Answer): Shown[] => json['parcels'] as Shown[];
const numbers = (answer: Answer): string[] => shown(answer).map(({ tracking_no }) => tracking_no);

interface Sent {
  readonly trackingNo: string;
  readonly orderId: string;
  readonly waybillId: string;
}

const query = (sql: string, values: unknown[]): Promise<unknown> => lab.db.pool.query(sql, values);

/** A parcel of an order of somebody; with `told`, they got a message about it so many minutes ago. */
async function send(person: string, told?: number): Promise<Sent> {
  const sent = { trackingNo: `YT${unique()}`, orderId: `o-${unique()}`, waybillId: randomUUID() };
  const { trackingNo, orderId, waybillId } = sent;
  await query('insert into ml_orders (id, user_id, merchant_id) values ($1, $2, $3)', [
    orderId,
    person,
    'm-1',
  ]);
  await query(
    `insert into platform_express_waybills (id, carrier, tracking_no, order_id) values ($1, 'yto', lower($2), $3)`,
    [waybillId, trackingNo, orderId],
  );
  if (told !== undefined)
    await query(
      `insert into express_notifications (message_id, aud, recipient_id, waybill_id, order_id, workflow_id, created_at)
       values ($1, 'user', $2, $3, $4, 'w', now() - $5 * interval '1 minute')`,
      [`${waybillId}:1:in_transit:1:user`, person, waybillId, orderId, told],
    );
  return sent;
}

/** A scan and what it says, some hours ago. */
async function scan(
  { waybillId, trackingNo }: Sent,
  hours: number,
  said: { readonly status?: string; readonly text?: string; readonly instance?: number } = {},
): Promise<void> {
  const { status = 'in_transit', text = `scan ${hours}`, instance = 1 } = said;
  const key = `id:${unique()}`;
  const at = new Date(Date.now() - hours * 3_600_000);
  await query(
    `insert into waybell.platform_express_events (waybill_id, instance, event_key, event_time, status, raw_status, event_text_safe, source, workflow_id)
     values ($1, $2, $3, $4, $5, 'x', '', 'yto', 'w')`,
    [waybillId, instance, key, at, status],
  );
  await query(
    `insert into waybell.scan_texts (tracking_no, source, event_key, event_time, text, place, received_at)
     values ($1, 'yto', $2, $3, $4, '上海', now())`,
    [trackingNo, key, at, text],
  );
}

const decide = ({ waybillId }: Sent, status: string): Promise<unknown> =>
  query(
    `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, decision, state, outcome, closed_at)
     values ($1, $2, 'stale', 1, $3, 'closed', 'stale', now())`,
    [`delivery/${unique()}`, waybillId, JSON.stringify({ status })],
  );

describe('the parcels of a buyer', () => {
  test('are there with their scans, the newest first, in the words of the carrier as they are masked', async () => {
    const person = `u-${unique()}`;
    const sent = await send(person, 5);
    for (const hours of [9, 3, 6]) await scan(sent, hours);
    await decide(sent, 'in_transit');
    await decide(sent, 'out_for_delivery');
    const { json, headers } = await list(person);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toMatchObject({
      count: 1,
      next: null,
      parcels: [
        {
          ...{ carrier: 'yto', tracking_no: sent.trackingNo, order_id: sent.orderId },
          ...{ status: 'out_for_delivery', pickup_codes: null },
          scans: [
            { event_text: 'scan 3', place: '上海' },
            { event_text: 'scan 6' },
            { event_text: 'scan 9' },
          ],
        },
      ],
    });
  });

  test('come page by page, the one of the newest message first', async () => {
    const person = `u-${unique()}`;
    const sent: string[] = [];
    for (const minutes of [5, 4, 3, 2, 1]) sent.unshift((await send(person, minutes)).trackingNo);
    const seen: string[] = [];
    let before = '';
    while (before !== '&before=null') {
      const answer = await list(person, `?limit=2${before}`);
      seen.push(...numbers(answer));
      before = `&before=${answer.json['next'] as string}`;
    }
    expect(seen).toEqual(sent);
  });

  test('are found by number, also before anything was told, and by order', async () => {
    const person = `u-${unique()}`;
    const [told, untold] = [await send(person, 1), await send(person)];
    await scan(untold, 1);
    expect(numbers(await list(person))).toEqual([told.trackingNo]);
    const byNumber = await list(person, `?tracking_no=${untold.trackingNo.toLowerCase()}`);
    expect(shown(byNumber)).toMatchObject([
      { tracking_no: untold.trackingNo, scans: [{ event_text: 'scan 1' }] },
    ]);
    expect(numbers(await list(person, `?order_id=${told.orderId}`))).toEqual([told.trackingNo]);
    expect(
      numbers(await list(person, `?order_id=${untold.orderId}&tracking_no=${untold.trackingNo}`)),
    ).toEqual([untold.trackingNo]);
    expect(numbers(await list(person, `?order_id=${told.orderId}&tracking_no=${untold.trackingNo}`))).toEqual(
      [],
    );
  });

  test('are those of nobody else, and a number of somebody else is as one that does not exist', async () => {
    const [person, other] = [`u-${unique()}`, `u-${unique()}`];
    const sent = await send(other, 1);
    const empty = { ok: true, parcels: [], count: 0, next: null };
    for (const asked of [
      '',
      `?tracking_no=${sent.trackingNo}`,
      '?tracking_no=NONE-1',
      `?order_id=${sent.orderId}`,
    ])
      expect((await list(person, asked)).json).toEqual(empty);
    expect((await list(person, `?user_id=${other}`)).json).toMatchObject({ code: 'not-your-device' });
    // An order that went over takes its parcel along.
    await query('update ml_orders set user_id = $2 where id = $1', [sent.orderId, person]);
    expect((await list(other)).json).toEqual(empty);
    expect(numbers(await list(person, `?tracking_no=${sent.trackingNo}`))).toEqual([sent.trackingNo]);
    await markUser(lab.db.pool, person);
    expect((await list(person, `?tracking_no=${sent.trackingNo}`)).json).toEqual(empty);
  });

  test('show of a number that is used again the last parcel, and of very many scans the newest hundred', async () => {
    const person = `u-${unique()}`;
    const sent = await send(person, 1);
    await scan(sent, 9_000, { text: 'years ago' });
    for (let hours = 1; hours <= 101; hours += 1) await scan(sent, hours, { instance: 2 });
    const [parcel] = shown(await list(person));
    expect(parcel?.scans.map(({ event_text }) => event_text)).toEqual(
      Array.from({ length: 100 }, (_, index) => `scan ${index + 1}`),
    );
  });

  test('keep the status of one that has ended so long ago that its scans are gone', async () => {
    const person = `u-${unique()}`;
    const sent = await send(person, 1);
    const updates = ['in_transit', 'delivered'].map((status) => ({ decision: { status } }));
    await query(
      `insert into waybell.parcel_memories (waybill_id, last_at, scans, updates) values ($1, now(), '[]', $2)`,
      [sent.waybillId, JSON.stringify([...updates, { decision: { status: null } }])],
    );
    expect(shown(await list(person))).toMatchObject([{ status: 'delivered', scans: [] }]);
  });

  test('are found by a role that may not read the orders, with the rights that migrate gives it', async () => {
    const person = `u-${unique()}`;
    const sent = await send(person, 1);
    const role = await createWorkerRole(lab.db.pool);
    await lab.db.pool.query(workerRoleSql(loadConfig({}).shopTables, role.name));
    const pool = openPool(role.enter(lab.db.url), () => undefined);
    const restricted = await lab.serve(SETTINGS, { pool });
    expect(numbers(await list(person, '', restricted))).toEqual([sent.trackingNo]);
    const marked = await restricted.call('POST', '/api/v1/push/notifications/read', {
      headers: as(person),
      json: { until: new Date().toISOString() },
    });
    expect(marked.json).toMatchObject({ marked: 1, unread: 0 });
    await restricted.close();
    await pool.end();
    await role.close();
  });
});
