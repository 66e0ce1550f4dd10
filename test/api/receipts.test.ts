import { describe, expect, test } from '@jest/globals';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const RECEIPTS = '/api/v1/push/receipts';

const lab = useApiLab();
const api = use(() => lab.serve());

const send = (json: Record<string, unknown>) => api.call('POST', RECEIPTS, { json });

/** A push to a fresh device, claimed an hour ago. */
async function pushed(appid = 'default'): Promise<{ message_id: string; cid: string; appid: string }> {
  const [message_id, cid] = [`m:${unique()}`, unique()];
  const device = await lab.db.pool.query<{ id: string }>(
    `insert into push_devices (appid, cid, user_id) values ($1, $2, 'u-1') returning id`,
    [appid, cid],
  );
  await lab.db.pool.query(
    `insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round, claimed_at)
     values ($1, $2, 'w', $3, 'unicloud', 'accepted', 1, now() - interval '1 hour')`,
    [message_id, device.rows[0]?.id, cid],
  );
  return { message_id, cid, appid };
}

describe('a receipt', () => {
  test('says that a push was shown', async () => {
    const push = await pushed();
    const at = new Date(Date.now() - 60_000).toISOString();
    const { status, json } = await send({ ...push, event: 'shown', at });
    expect(status).toBe(200);
    expect(json).toEqual({
      ok: true,
      message_id: push.message_id,
      cid: push.cid,
      shown_at: at,
      clicked_at: null,
    });
  });

  test('that says clicked implies shown', async () => {
    const { json } = await send({ ...(await pushed()), event: 'clicked' });
    expect(json['shown_at']).toEqual(expect.any(String));
    expect(json['clicked_at']).toBe(json['shown_at']);
  });

  test('sent again changes nothing: the first word stays', async () => {
    const push = await pushed();
    const first = await send({ ...push, event: 'shown' });
    const clicked = await send({ ...push, event: 'clicked' });
    expect(clicked.json['shown_at']).toBe(first.json['shown_at']);
    const again = await send({ ...push, event: 'shown', at: new Date(Date.now() - 1_000).toISOString() });
    expect(again.json).toEqual(clicked.json);
  });

  test('from a phone with a wrong clock counts as between the push and now', async () => {
    const early = await send({ ...(await pushed()), event: 'shown', at: '2001-01-01T00:00:00Z' });
    const late = await send({
      ...(await pushed()),
      event: 'shown',
      at: new Date(Date.now() + 3_600_000).toISOString(),
    });
    const age = (json: Record<string, unknown>) => Date.now() - Date.parse(String(json['shown_at']));
    expect(age(early.json)).toBeGreaterThanOrEqual(3_600_000);
    expect(age(early.json)).toBeLessThan(3_700_000);
    expect(age(late.json)).toBeGreaterThanOrEqual(0);
    expect(age(late.json)).toBeLessThan(60_000);
  });

  test('is for the device of its own app', async () => {
    const push = await pushed('__UNI__ONE');
    expect((await send({ ...push, event: 'shown' })).status).toBe(200);
    expect((await send({ ...push, appid: undefined, event: 'shown' })).json).toMatchObject({
      code: 'device-unknown',
    });
  });
});

describe('a refused receipt writes nothing', () => {
  test.each([
    ['an unknown cid', { cid: 'never-seen' }, 404, 'device-unknown', 'cid'],
    ['an unknown message', { message_id: 'm:none' }, 404, 'push-unknown', 'message_id'],
    ['no message', { message_id: undefined }, 400, 'field-invalid', 'message_id'],
    ['another event', { event: 'seen' }, 400, 'field-invalid', 'event'],
    ['an impossible time', { at: '2026-02-30T10:00:00Z' }, 400, 'field-invalid', 'at'],
  ])('because of %s', async (_, change, status, code, field) => {
    const push = await pushed();
    const before = await lab.traces();
    const answer = await send({ ...push, event: 'shown', ...change });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ ok: false, code, field, message: expect.any(String) });
    expect(await lab.traces()).toEqual(before);
  });
});
