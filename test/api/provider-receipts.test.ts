import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const PATH = '/api/v1/push/receipts/getui';
const SECRET = 'master-secret';
const GETUI = { GETUI_APP_ID: 'our-app', GETUI_APP_KEY: 'k', GETUI_MASTER_SECRET: SECRET };

const lab = useApiLab();
const api = use(() => lab.serve({ ...GETUI, API_KEYS: 'k'.repeat(24), DEVICE_REGISTRATION: 'key' }));

interface Pushed {
  readonly cid: string;
  readonly taskid: string;
}

/** A push that a provider has accepted. */
async function pushed(provider = 'getui', change = ''): Promise<Pushed> {
  const push = { cid: unique(), taskid: `RASS_${unique()}` };
  await lab.db.pool.query(
    `insert into waybell.express_pushes
       (message_id, device_id, workflow_id, cid, provider, state, round, provider_id, answered_at)
     values ($1, $2, 'w', $2, $3, 'accepted', 1, $4, now())`,
    [`m:${push.cid}`, push.cid, provider, push.taskid],
  );
  if (change !== '')
    await lab.db.pool.query(`update waybell.express_pushes set ${change} where cid = $1`, [push.cid]);
  return push;
}

function line({ cid, taskid }: Pushed, code: string | number, secret = SECRET): string {
  const fields = { appid: 'our-app', cid, taskid, msgid: 'm-1', code, desc: `words of ${code}` };
  const sign = createHash('md5').update(`our-app${cid}${taskid}m-1${secret}`).digest('hex');
  return JSON.stringify({ ...fields, sign });
}

const send = (...lines: string[]) =>
  api.call('POST', PATH, { body: lines.join('\n'), headers: { 'content-type': 'text/plain' } });

async function rowOf({ cid }: Pushed): Promise<Record<string, unknown>> {
  const { rows } = await lab.db.pool.query<Record<string, unknown>>(
    'select state, delivered_at, loss_reason, loss_words, shown_at from waybell.express_pushes where cid = $1',
    [cid],
  );
  return rows[0] ?? {};
}

describe('a receipt of GeTui', () => {
  test('needs no key, and says which pushes arrived and why others did not', async () => {
    const [arrived, off, gone] = [await pushed(), await pushed(), await pushed()];
    const { status, json } = await send(line(arrived, 200), line(off, '10'), line(gone, 401));
    expect(status).toBe(200);
    expect(json).toEqual({ ok: true, receipts: 3, known: 3, ignored: 0 });
    expect(await rowOf(arrived)).toMatchObject({
      delivered_at: expect.any(Date),
      loss_reason: null,
      shown_at: null,
    });
    expect(await rowOf(off)).toMatchObject({
      state: 'accepted',
      delivered_at: null,
      loss_reason: 'notifications_off',
      loss_words: '10 words of 10',
    });
    expect(await rowOf(gone)).toMatchObject({ loss_reason: 'invalid_cid' });
  });

  test('sent again changes nothing: the first time stays', async () => {
    const push = await pushed();
    await send(line(push, 200));
    const first = await rowOf(push);
    await send(line(push, 200));
    expect(await rowOf(push)).toEqual(first);
  });

  test('of a push that went two ways: what arrived is not lost, in either order', async () => {
    const [one, two, both] = [await pushed(), await pushed(), await pushed()];
    await send(line(one, 200));
    await send(line(one, 6));
    await send(line(two, 6));
    await send(line(two, 200));
    await send(line(both, 6), line(both, 200));
    for (const push of [one, two, both])
      expect(await rowOf(push)).toMatchObject({ delivered_at: expect.any(Date), loss_reason: null });
  });

  test('never overrules the phone', async () => {
    const push = await pushed('getui', 'shown_at = now()');
    await send(line(push, 10));
    expect(await rowOf(push)).toMatchObject({ loss_reason: null });
  });

  test('is about no push of another provider, nor of another phone', async () => {
    const [other, ours] = [await pushed('unicloud'), await pushed()];
    const { status, json } = await send(line(other, 200), line({ ...ours, cid: 'other' }, 200));
    expect([status, json]).toEqual([200, { ok: true, receipts: 2, known: 0, ignored: 0 }]);
    expect(await rowOf(ours)).toMatchObject({ delivered_at: null });
  });

  test('is taken beside lines that are forged', async () => {
    const [ours, forged] = [await pushed(), await pushed()];
    const { json } = await send('garbage', line(forged, 200, 'guess'), line(ours, 200));
    expect(json).toEqual({ ok: true, receipts: 1, known: 1, ignored: 0 });
    expect(await rowOf(forged)).toMatchObject({ delivered_at: null });
  });
});

/** The signature covers neither `code` nor `desc`, so each of these lines is signed. */
describe('a receipt that somebody has read and sends with another verdict', () => {
  test.each(['2', '5', '6', '10', '400', '401', '402', '500', '8002', 'any'])(
    'as %s takes no arrival back',
    async (code) => {
      const push = await pushed();
      await send(line(push, 200));
      const before = await rowOf(push);
      const { json } = await send(line(push, code));
      expect(json).toEqual({ ok: true, receipts: 1, known: 1, ignored: 1 });
      expect(await rowOf(push)).toEqual(before);
    },
  );

  test('does not change why a push was lost, and is counted', async () => {
    const push = await pushed();
    await send(line(push, '6'));
    const before = await rowOf(push);
    const { json } = await send(line(push, '401'));
    expect(json).toEqual({ ok: true, receipts: 1, known: 1, ignored: 1 });
    expect(await rowOf(push)).toEqual(before);
    // GeTui itself sends the same receipt up to three times.
    expect((await send(line(push, '6'))).json).toMatchObject({ known: 1, ignored: 0 });
    expect(await rowOf(push)).toEqual(before);
  });

  test('a hundred times, leaves no more than one arrival behind, and retires no phone', async () => {
    const push = await pushed();
    await send(line(push, '500'));
    await send(line(push, 200));
    const before = await rowOf(push);
    const codes = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? '401' : '500'));
    for (const code of codes.slice(0, 10)) await send(line(push, code));
    await send(...codes.map((code) => line(push, code)));
    expect(await rowOf(push)).toEqual(before);
    expect(before).toMatchObject({ state: 'accepted', delivered_at: expect.any(Date), loss_reason: null });
  });
});

describe('is refused', () => {
  test('what is not signed at all', async () => {
    const push = await pushed();
    const { status, json } = await send(line(push, 200, 'guess'));
    expect([status, json['code']]).toEqual([401, 'signature-invalid']);
    expect(await rowOf(push)).toMatchObject({ delivered_at: null });
  });

  test('an empty body', async () => {
    const { status, json } = await send('');
    expect([status, json['code']]).toEqual([401, 'signature-missing']);
  });

  test('everything while GeTui is not switched on', async () => {
    const without = await lab.serve();
    const { status, json } = await without.call('POST', PATH, { body: line(await pushed(), 200) });
    expect([status, json['code']]).toEqual([401, 'signature-invalid']);
  });
});
