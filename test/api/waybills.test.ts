import { describe, expect, test } from '@jest/globals';
import { markParcels } from '../../src/database/erasure-marks';
import { inTransaction } from '../../src/database/pool';
import { eventually } from '../setup/delivery-lab';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const lab = useApiLab();
const api = use(() => lab.serve());

const link = (carrier: string, trackingNo: string, json: unknown, by = api) =>
  by.call('PUT', `/api/v1/waybills/${encodeURIComponent(carrier)}/${encodeURIComponent(trackingNo)}`, {
    json,
  });

async function order(): Promise<string> {
  const id = `O-${unique()}`;
  await lab.db.pool.query(`insert into ml_orders (id, user_id, merchant_id) values ($1, 'u-1', 'm-1')`, [id]);
  return id;
}

async function waybill(
  carrier: string | null,
  trackingNo: string,
  orderId: string | null = null,
): Promise<string> {
  const { rows } = await lab.db.pool.query<{ id: string }>(
    `insert into platform_express_waybills (carrier, tracking_no, order_id) values ($1, $2, $3) returning id`,
    [carrier, trackingNo, orderId],
  );
  return rows[0]?.id ?? '';
}

describe('linking a waybill', () => {
  test('writes the order into the row of the shop, in whatever case the shop wrote the number', async () => {
    const number = `yt${unique().toLowerCase()}`;
    const id = await waybill('YTO', number);
    const orderId = await order();
    const { status, json } = await link('yto', number.toUpperCase(), { order_id: orderId });
    expect(status).toBe(200);
    expect(json).toEqual({
      ok: true,
      waybill: { id, carrier: 'YTO', tracking_no: number, order_id: orderId, status: null },
      order_before: null,
      woken: 0,
    });
  });

  test('says which order it has overwritten, and so does the audit', async () => {
    const number = `YT${unique()}`;
    const [before, after] = [await order(), await order()];
    await waybill('yto', number, before);
    expect((await link('yto', number, { order_id: after, reason: 'mixed up' })).json).toMatchObject({
      order_before: before,
      waybill: { order_id: after },
    });
    const { rows } = await lab.db.pool.query(`select asked, outcome from waybell.audit where subject = $1`, [
      `yto ${number}`,
    ]);
    expect(rows).toEqual([
      {
        asked: JSON.stringify({ order_before: before, order_id: after, reason: 'mixed up' }),
        outcome: 'done',
      },
    ]);
  });

  test('adds a waybill that nobody knew yet, canonical', async () => {
    const number = `YT${unique()}`;
    const orderId = await order();
    const { json } = await link('ＹＴＯ', ` ${number.toLowerCase()} `, { order_id: orderId });
    expect(json['waybill']).toMatchObject({ carrier: 'yto', tracking_no: number, order_id: orderId });
  });

  test.each(['S1.A1.', '1/', '#', '(00)', '+:*&'])('takes a number that holds %s', async (marks) => {
    const number = `${marks}${unique()}`;
    const orderId = await order();
    const { status, json } = await link('ghtk', number, { order_id: orderId });
    expect([status, json['waybill']]).toMatchObject([200, { tracking_no: number, order_id: orderId }]);
  });

  test('takes a number of 64 marks and letters, and none of 65', async () => {
    const orderId = await order();
    const number = `${'/#'.repeat(20)}${unique()}`.padEnd(64, '(');
    expect((await link('圆通'.repeat(32), number, { order_id: orderId })).status).toBe(200);
    expect((await link('yto', `${number}/`, { order_id: orderId })).status).toBe(400);
  });

  test.each([
    'YT"1234',
    "YT'1234",
    'YT\\1234',
    '<1234>',
    'YT\u00001234',
    '../1234',
    '1234..',
    '....',
    '运单1234',
  ])('refuses the number %j', async (number) => {
    const { status, json } = await link('yto', number, { order_id: await order() });
    expect([status, json['field']]).toEqual([400, 'tracking_no']);
  });

  test('prefers the row of the exact carrier to one without a carrier, and leaves other carriers alone', async () => {
    const number = `YT${unique()}`;
    const nobodys = await waybill(null, number);
    const other = await waybill('zto', number);
    const exact = await waybill('Yto', number);
    const orderId = await order();
    expect((await link('yto', number, { order_id: orderId })).json['waybill']).toMatchObject({ id: exact });
    expect((await link('sf', number, { order_id: orderId })).json['waybill']).toMatchObject({
      id: nobodys,
      carrier: null,
    });
    const { rows } = await lab.db.pool.query(`select order_id from platform_express_waybills where id = $1`, [
      other,
    ]);
    expect(rows).toEqual([{ order_id: null }]);
  });

  test('ten times at once makes one row', async () => {
    const number = `YT${unique()}`;
    const orderId = await order();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => link('yto', number, { order_id: orderId })),
    );
    expect(new Set(answers.map(({ json }) => (json['waybill'] as { id: string }).id)).size).toBe(1);
  });

  test('to another order corrects the link', async () => {
    const number = `YT${unique()}`;
    await link('yto', number, { order_id: await order() });
    const right = await order();
    expect((await link('yto', number, { order_id: right })).json['waybill']).toMatchObject({
      order_id: right,
    });
  });

  test('wakes the newest delivery of this waybill, whatever it waits for: the order may name other people now', async () => {
    const number = `YT${unique()}`;
    const waybillId = await waybill('yto', number);
    const older = await lab.waitingDelivery({ kind: 'order', waybillId });
    const newer = await lab.waitingDelivery({ kind: 'device', audience: 'user', ownerId: 'u-1', waybillId });
    const other = await lab.waitingDelivery({ kind: 'order', waybillId: 'another' });
    const { json } = await link('yto', number, { order_id: await order() });
    expect(json['woken']).toBe(1);
    expect(await lab.signalsOf(newer)).toEqual(['orderLinked']);
    for (const silent of [older, other]) expect(await lab.signalsOf(silent)).toEqual([]);
  });

  test("uses the shop's own names and types", async () => {
    await lab.db.pool.query(
      `create schema "Shop";
       create table "Shop"."Sendungen" ("Nr" bigserial primary key, "Dienst" varchar(20), "Code" varchar(40), "Auftrag" bigint, "Stand" text);
       create table "Shop"."Auftraege" ("Nr" bigint primary key, "Kunde" bigint, "Haendler" bigint);
       insert into "Shop"."Auftraege" values (77, 1, 2)`,
    );
    const names = {
      waybills: {
        schema: 'Shop',
        table: 'Sendungen',
        id: 'Nr',
        carrier: 'Dienst',
        trackingNo: 'Code',
        orderId: 'Auftrag',
        status: 'Stand',
      },
      orders: { schema: 'Shop', table: 'Auftraege', id: 'Nr', userId: 'Kunde', merchantId: 'Haendler' },
    };
    const shop = await lab.serve({ SHOP_TABLES: JSON.stringify(names) });
    expect((await link('yto', 'YT1234', { order_id: 77 }, shop)).json['waybill']).toEqual({
      id: '1',
      carrier: 'yto',
      tracking_no: 'YT1234',
      order_id: '77',
      status: null,
    });
    for (const orderId of ['seventy-seven', '99999999999999999999']) {
      const { status, json } = await link('yto', 'YT1234', { order_id: orderId }, shop);
      expect(status).toBe(400);
      expect(json).toMatchObject({ code: 'field-invalid', field: 'order_id' });
    }
    await lab.db.pool.query(`alter table "Shop"."Sendungen" add "Pflicht" text not null default 'x'`);
    await lab.db.pool.query(`alter table "Shop"."Sendungen" alter "Pflicht" drop default`);
    const refused = await link('yto', 'YT9999', { order_id: 77 }, shop);
    expect(refused.status).toBe(409);
    expect(refused.json).toMatchObject({
      code: 'database-refused',
      message: expect.stringContaining('Pflicht'),
    });
  });
});

describe('a refused link writes nothing', () => {
  test.each([
    ['an unknown order', 'yto', 'YT12345', { order_id: 'O-none' }, 404, 'order-unknown', 'order_id'],
    ['no order', 'yto', 'YT12345', {}, 400, 'field-invalid', 'order_id'],
    ['an empty order', 'yto', 'YT12345', { order_id: '' }, 400, 'field-invalid', 'order_id'],
    ['an overlong order', 'yto', 'YT12345', { order_id: 'x'.repeat(129) }, 400, 'field-invalid', 'order_id'],
    ['an overlong carrier', 'y'.repeat(65), 'YT12345', { order_id: 'O-1' }, 400, 'field-invalid', 'carrier'],
    ['an impossible number', 'yto', 'YT/1', { order_id: 'O-1' }, 400, 'field-invalid', 'tracking_no'],
    ['a number with a NUL', 'yto', 'YT12\u0000', { order_id: 'O-1' }, 400, 'field-invalid', 'tracking_no'],
  ])('because of %s', async (_, carrier, trackingNo, json, status, code, field) => {
    const before = await lab.traces();
    const answer = await link(carrier, trackingNo, json);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ ok: false, code, field, message: expect.stringContaining(field) });
    expect(await lab.traces()).toEqual(before);
  });

  test('because of its method', async () => {
    const answer = await api.call('POST', '/api/v1/waybills/yto/YT12345', { json: { order_id: 'O-1' } });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('PUT');
    expect(answer.json).toMatchObject({ ok: false, code: 'method-not-allowed' });
  });
});

describe('erasing', () => {
  const erase = (json: object) => api.call('POST', '/api/v1/erasures', { json });
  const person = async (): Promise<{ userId: string; trackingNo: string }> => {
    const [userId, trackingNo, orderId] = [`u-${unique()}`, `YT${unique()}`, await order()];
    await lab.db.pool.query('update ml_orders set user_id = $2 where id = $1', [orderId, userId]);
    await waybill('yto', trackingNo, orderId);
    await lab.db.pool.query('insert into push_devices (cid, user_id) values ($1, $2)', [
      `cid-${userId}`,
      userId,
    ]);
    return { userId, trackingNo };
  };

  test('says in a dry run what would go and what would be left, and changes nothing', async () => {
    const { userId } = await person();
    const { json } = await erase({ user_id: userId, dry_run: true });
    expect(json).toMatchObject({ erasure_id: null, parcels: 1, looked_at: 1, erased: { devices: 1 } });
    const left = json['left'] as { kind: string }[];
    expect(left.map(({ kind }) => kind)).toEqual([
      'shop-rows',
      'parcel-record',
      'unread-webhooks',
      'old-pages',
    ]);
    const { rows } = await lab.db.pool.query('select from waybell.erasure_parcels');
    expect(rows).toEqual([]);
  });

  test('is written down once, also while Temporal is away, and neither the audit nor Temporal says whom it is about', async () => {
    const { userId } = await person();
    const first = await erase({ user_id: userId, reason: 'account closed' });
    const second = await erase({ user_id: userId });
    expect(first.json).toMatchObject({ ok: true, erasure_id: second.json['erasure_id'] });
    const id = String(first.json['erasure_id']);
    const { json } = await api.call('GET', `/api/v1/erasures/${id}`);
    expect(json).toMatchObject({ kind: 'user', state: 'asked', requested_by: 'anybody', parcels: null });
    const { rows } = await lab.db.pool.query(
      `select subject, asked from waybell.audit where action = 'startErasure' order by id desc limit 2`,
    );
    expect(rows).toContainEqual({
      subject: '',
      asked: JSON.stringify({ kind: 'user', reason: 'account closed', dry_run: false }),
    });
    const { events } = await lab.temporal.client.workflow.getHandle(`erasure/${id}`).fetchHistory();
    expect(JSON.stringify(events)).not.toContain(userId);
  });

  test('keeps neither body nor text of what is told later of scans from before', async () => {
    const number = `YT${unique()}`;
    const other = `YT${unique()}`;
    await inTransaction(lab.db.pool, (db) => markParcels(db, [{ waybillId: '', trackingNo: number }]));
    const tell = (trackingNo: string) =>
      api.call('POST', '/webhook/express/status', {
        json: {
          ...{ carrier: 'yto', tracking_no: trackingNo, status: 'in_transit' },
          ...{ event_text: '内件盐酸舍曲林片', event_time: new Date(Date.now() - 3_600_000).toISOString() },
        },
      });
    await tell(number);
    await tell(other);
    const kept = async (trackingNo: string): Promise<unknown> => {
      const { rows } = await lab.db.pool.query<Record<string, unknown>>(
        `select octet_length(body) > 0 as body, emptied_at is null as whole,
                (select count(*)::int from waybell.scan_texts where tracking_no = $1) as texts
           from waybell.webhooks where workflow_ids[1] like '%/' || $1 || '/%'`,
        [trackingNo],
      );
      return rows[0];
    };
    expect(await eventually(() => kept(other))).toEqual({
      body: true,
      whole: true,
      texts: 1,
    });
    expect(await kept(number)).toEqual({ body: false, whole: false, texts: 0 });
  });

  test.each([
    ['nobody', {}, 'user_id'],
    ['two at once', { user_id: 'u', order_id: 'o' }, 'user_id'],
    ['a carrier without a number', { user_id: 'u', carrier: 'yto' }, 'carrier'],
    ['an impossible number', { tracking_no: 'YT<1' }, 'tracking_no'],
  ])('refuses %s', async (_, body, field) => {
    expect(await erase(body)).toMatchObject({ status: 400, json: { code: 'field-invalid', field } });
  });

  test('knows no other', async () => {
    const { status, json } = await api.call('GET', '/api/v1/erasures/none');
    expect([status, json['code']]).toEqual([404, 'erasure-unknown']);
  });
});

describe('linking a parcel by its number', () => {
  const linkParcel = (trackingNo: string, json: unknown, by = api) =>
    by.call('POST', `/api/v1/parcels/${encodeURIComponent(trackingNo)}/link`, { json });

  test('finds the row in any spelling, whoever its carrier is, and says what was before', async () => {
    const number = `yt${unique().toLowerCase()}`;
    const id = await waybill('圆通速递', number);
    const [first, second] = [await order(), await order()];
    const spelled = ` ${number.toUpperCase().slice(0, 5)} ${number.slice(5)} `;
    const { status, json } = await linkParcel(spelled, { order_id: first });
    expect([status, json]).toMatchObject([
      200,
      { dry_run: false, added: false, order_before: null, woken: 0, waybill: { id, order_id: first } },
    ]);
    expect((await linkParcel(number, { order_id: first })).status).toBe(200);
    expect((await linkParcel(number, { order_id: second })).json).toMatchObject({ code: 'order-linked' });
    const replaced = await linkParcel(number, { order_id: second, replace: true });
    expect(replaced.json).toMatchObject({ order_before: first, waybill: { id, order_id: second } });
  });

  test('needs no leave to replace an order that the shop does not have', async () => {
    const number = `YT${unique()}`;
    const id = await waybill('yto', number);
    await lab.db.pool.query(
      `update platform_express_waybills set order_id = 'O-of-nobody' where id::text = $1`,
      [id],
    );
    const order_id = await order();
    expect((await linkParcel(number, { order_id })).json).toMatchObject({
      order_before: 'O-of-nobody',
      waybill: { id, order_id },
    });
  });

  test('takes the row of a shop that names no carrier', async () => {
    const number = `YT${unique()}`;
    const id = await waybill(null, number);
    expect((await linkParcel(number, { order_id: await order() })).json).toMatchObject({ waybill: { id } });
  });

  test('asks for the carrier where several have the number, or nobody, and adds it then', async () => {
    const number = `YT${unique()}`;
    const order_id = await order();
    const unknown = await linkParcel(number, { order_id });
    expect([unknown.status, unknown.json]).toMatchObject([
      404,
      { code: 'waybill-unknown', field: 'carrier' },
    ]);
    const added = await linkParcel(number, { order_id, carrier: 'yto' });
    expect(added.json).toMatchObject({ added: true, waybill: { carrier: 'yto', order_id } });
    await waybill('zto', number);
    const several = await linkParcel(number, { order_id });
    expect([several.status, several.json]).toMatchObject([409, { code: 'waybill-ambiguous' }]);
    expect(several.json['message']).toMatch(/under yto, with order .+; under zto, without an order/);
  });

  test('refuses an order that does not exist, and writes nothing in a dry run or beside another system', async () => {
    const number = `YT${unique()}`;
    await waybill('yto', number);
    const order_id = await order();
    expect((await linkParcel(number, { order_id: 'O-nobody' })).json).toMatchObject({
      code: 'order-unknown',
      field: 'order_id',
    });
    const dry = await linkParcel(number, { order_id, dry_run: true });
    expect(dry.json).toMatchObject({ dry_run: true, waybill: { order_id }, woken: 0 });
    expect((await linkParcel(`${number}9`, { order_id, carrier: 'yto', dry_run: true })).json).toMatchObject({
      added: true,
    });
    const shadow = await lab.serve({ SHADOW: '1' });
    expect((await linkParcel(number, { order_id }, shadow)).json).toMatchObject({ code: 'shadow' });
    expect((await link('yto', number, { order_id }, shadow)).json).toMatchObject({ code: 'shadow' });
    const { rows } = await lab.db.pool.query(
      'select order_id from platform_express_waybills where tracking_no like $1',
      [`${number}%`],
    );
    expect(rows).toEqual([{ order_id: null }]);
  });

  test('wakes the delivery that waits, and in a dry run only counts it', async () => {
    const number = `YT${unique()}`;
    const waybillId = await waybill('yto', number);
    const order_id = await order();
    const workflowId = await lab.waitingDelivery({ kind: 'order', waybillId });
    expect((await linkParcel(number, { order_id, dry_run: true })).json).toMatchObject({ woken: 1 });
    expect(await lab.signalsOf(workflowId)).toEqual([]);
    expect((await linkParcel(number, { order_id })).json).toMatchObject({ woken: 1 });
    expect(await lab.signalsOf(workflowId)).toEqual(['orderLinked']);
  });
});
