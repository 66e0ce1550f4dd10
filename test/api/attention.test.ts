import { describe, expect, test } from '@jest/globals';
import { noteSweep } from '../../src/database/due-waits';
import { openTemporalAway } from '../setup/temporal-away';
import { watchDeadlines } from '../setup/under-deadline';
import { use } from '../setup/use';
import { AT_ONCE, useApiLab } from './api-lab';

const lab = useApiLab();
const api = use(() => lab.serve());

type Entry = Record<string, unknown>;

const attention = async (query = ''): Promise<Entry & { attention: Entry[] }> =>
  (await api.call('GET', `/api/v1/attention${query}`)).json as Entry & { attention: Entry[] };
const entryOf = async (workflowId: string): Promise<Entry | undefined> =>
  (await attention('?limit=200')).attention.find((entry) => entry['workflow_id'] === workflowId);
const change = (workflowId: string, columns: string): Promise<unknown> =>
  lab.db.pool.query(`update waybell.express_waits set ${columns} where workflow_id = $1`, [workflowId]);

describe('attention', () => {
  test('lists what waits, why, until when, and what would end it', async () => {
    const workflowId = await lab.waitingDelivery({
      kind: 'device',
      audience: 'user',
      ownerId: 'u-1',
      waybillId: 'w-1',
    });
    await lab.db.pool.query(
      `insert into express_notifications (message_id, aud, recipient_id, workflow_id)
       values ('m-1:user', 'user', 'u-1', $1), ('m-1:merchant', 'merchant', 'm-1', $1)`,
      [workflowId],
    );
    expect(await entryOf(workflowId)).toMatchObject({
      kind: 'no-targets',
      audience: 'user',
      message_ids: ['m-1:user'],
      until: expect.stringMatching(/^20..-/),
      ends_by: 'the owner registers a device',
      alarm: false,
      why: null,
      temporal_ui: expect.stringContaining(encodeURIComponent(workflowId)),
    });
  });

  test('names the parcel by the id of its delivery', async () => {
    await lab.db.pool.query(
      `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, decision, state)
       values ('delivery/sf/sf/SF%2D1/abc', 'w-9', 'announce', 1, '{}', 'open')`,
    );
    expect(await entryOf('delivery/sf/sf/SF%2D1/abc')).toMatchObject({
      kind: 'under-way',
      carrier: 'sf',
      tracking_no: 'SF-1',
      alarm: false,
    });
    await lab.db.pool.query(`delete from waybell.express_updates where waybill_id = 'w-9'`);
  });

  test.each([
    ['its time is over', `deadline = now() - interval '3 minutes'`],
    ['what it waits for has come, and it still waits', `due_since = now() - interval '3 minutes'`],
  ])('raises an alarm: %s', async (why, columns) => {
    const workflowId = await lab.waitingDelivery({ kind: 'order', waybillId: 'w-2' });
    expect(await entryOf(workflowId)).toMatchObject({ kind: 'order-not-found', alarm: false });
    await change(workflowId, columns);
    expect(await entryOf(workflowId)).toMatchObject({ alarm: true, why });
    expect((await api.call('GET', '/metrics')).text).toMatch(
      /waybell_attention_overdue\{kind="order-not-found"\} \d/,
    );
  });

  test('raises an alarm for an open delivery without a wait whose workflow does not run', async () => {
    const [gone, runs] = [
      await lab.waitingDelivery({ kind: 'order', waybillId: 'w-3' }),
      await lab.waitingDelivery({ kind: 'order', waybillId: 'w-4' }),
    ];
    await lab.db.pool.query('delete from waybell.express_waits where workflow_id = any ($1)', [[gone, runs]]);
    await lab.db.pool.query(
      `update waybell.express_updates set created_at = now() - interval '2 minutes' where workflow_id = any ($1)`,
      [[gone, runs]],
    );
    await lab.terminate(gone);
    expect(await entryOf(gone)).toMatchObject({ alarm: true, why: 'its workflow does not run' });
    expect(await entryOf(runs)).toMatchObject({ kind: 'under-way', alarm: false });
  });

  test('counts what is overdue wherever it stands, and shows first what nobody carries on', async () => {
    const overdue = async (query: string): Promise<number> => Number((await attention(query))['overdue']);
    const before = await overdue('');
    const [oldest, late] = [
      await lab.waitingDelivery({ kind: 'order', waybillId: 'w-6' }),
      await lab.waitingDelivery({ kind: 'order', waybillId: 'w-7' }),
    ];
    await change(oldest, `since = now() - interval '2 minutes'`);
    await change(late, `deadline = now() - interval '3 minutes'`);
    const orders = await attention('?kind=order-not-found&limit=1');
    expect(orders.attention).toMatchObject([{ workflow_id: oldest, alarm: false }]);
    expect(orders['overdue']).toBe(before + 1);

    const abandoned = 120;
    await lab.db.pool.query(
      `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, decision, state, created_at)
       select 'delivery/sf/sf/GONE/' || n, 'w-gone', 'announce', 1, '{}', 'open', now() - interval '61 seconds'
         from generate_series(1, ${abandoned}) n`,
    );
    const first = await attention('?limit=1');
    expect(first['overdue']).toBe(before + 1 + abandoned);
    const shown = first.attention.filter(({ tracking_no: number }) => number === 'GONE');
    expect(shown).toHaveLength(abandoned);
    expect(shown.filter(({ why }) => why !== 'its workflow does not run')).toEqual([]);
    const next = `?limit=200&after=${encodeURIComponent(String(first['next']))}`;
    const { attention: later } = await attention(next);
    const again = later.filter(({ tracking_no: number }) => number === 'GONE');
    expect(again.map(({ alarm }) => alarm)).toEqual(Array<boolean>(again.length).fill(true));
    expect(await overdue(next)).toBe(first['overdue']);

    const { text } = await (await lab.serve()).call('GET', '/metrics');
    const sum = [...text.matchAll(/^waybell_attention_overdue\{.*\} (\d+)$/gm)].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
    expect(sum).toBe(first['overdue']);
    await lab.db.pool.query(`delete from waybell.express_updates where waybill_id = 'w-gone'`);
    await change(oldest, 'since = now()');
  });

  test('waits for a slow database without taking Temporal for away', async () => {
    const watched = watchDeadlines({ pool: lab.db.pool, temporal: lab.temporal.client });
    const slow = await lab.serve({}, watched);
    for (const path of ['/api/v1/attention', '/metrics'])
      expect(await slow.call('GET', path)).toMatchObject({ status: 200 });
    expect(watched.deadlines()).toBeGreaterThan(1);
    expect(watched.transactions()).toBe(0);
  });

  test('raises an alarm while work is open and no worker polls', async () => {
    const { attention: entries } = await attention();
    expect(entries[0]).toMatchObject({
      kind: 'worker',
      alarm: true,
      why: 'no worker takes deliveries from Temporal',
      workflow_id: null,
    });
  });

  test('raises an alarm for a webhook that was not handed over for a minute, while Temporal does not answer', async () => {
    const away = await openTemporalAway();
    let ahead = 0;
    const withoutTemporal = await lab.serve(
      {},
      {
        temporal: away.client,
        clock: () => Date.now() + ahead,
      },
    );
    const scan = { carrier: 'yto', tracking_no: 'YT-KEPT-1', status: 'delivered', event_text: 'scan' };
    const taken = await withoutTemporal.call('POST', '/webhook/express/status', {
      json: { ...scan, event_time: '2026-02-06 10:11:00' },
      headers: AT_ONCE,
    });
    expect(taken.json).toMatchObject({ ok: true, handed_over: false });
    const others = async (): Promise<Entry[]> => {
      const { status, json } = await withoutTemporal.call('GET', '/api/v1/attention');
      expect(status).toBe(200);
      return (json['attention'] as Entry[]).filter(({ workflow_id: id }) => id === null);
    };
    expect(await others()).toMatchObject([
      { kind: 'temporal', alarm: true, why: 'it does not answer' },
      { kind: 'journal', words: '1 webhooks', alarm: false },
    ]);
    ahead = 61_000;
    expect(await others()).toMatchObject([
      { kind: 'temporal', alarm: true },
      { kind: 'journal', alarm: true, why: 'not handed over to Temporal for a minute' },
    ]);
    await withoutTemporal.close();
    await away.close();
    // Its folder is gone; what it had not given to Temporal was never delivered.
    await lab.db.pool.query('delete from waybell.webhooks; delete from waybell.journals');
  });

  test('raises an alarm where nobody looks any more whether what is waited for has come', async () => {
    const sweeps = async (): Promise<Entry[]> =>
      (await attention()).attention.filter(({ kind }) => kind === 'sweep');
    const workflowId = await lab.waitingDelivery({ kind: 'order', waybillId: 'w-5' });
    expect(await sweeps()).toEqual([]);
    await change(workflowId, `since = now() - interval '10 minutes'`);
    expect(await sweeps()).toMatchObject([
      { alarm: true, why: 'nobody looks any more whether what is waited for has come' },
    ]);
    await noteSweep(lab.db.pool);
    expect(await sweeps()).toEqual([]);
    await lab.db.pool.query(`update waybell.sweeps set swept_at = now() - interval '4 minutes'`);
    expect(await sweeps()).toHaveLength(1);
    await lab.db.pool.query('delete from waybell.sweeps');
    await change(workflowId, 'since = now()');
  });

  test('shows held providers and devices with the words of the provider', async () => {
    await lab.db.pool.query(
      `insert into waybell.push_circuits (provider, cause, words, probe_at)
       values ('getui', 'credentials', 'sign_invalid', now() + interval '1 minute')`,
    );
    await lab.db.pool.query(
      `insert into waybell.held_deactivations (device_id, provider, reason, words, tried_at)
       values ('d-1', 'getui', 'invalid_cid', 'gone', now())`,
    );
    const kinds = (await attention()).attention.filter(({ kind }) => String(kind).endsWith('-held'));
    expect(kinds).toMatchObject([
      { kind: 'provider-held', words: 'getui (credentials): sign_invalid', alarm: false },
      { kind: 'deactivation-held', words: '1 devices of getui', until: null },
    ]);
  });

  test('comes in pages that miss nothing and repeat nothing', async () => {
    for (let i = 0; i < 5; i += 1) await lab.waitingDelivery({ kind: 'order', waybillId: `p-${i}` });
    const all = (await attention('?limit=200')).attention.filter(({ workflow_id: id }) => id !== null);
    const paged: Entry[] = [];
    let after = '';
    do {
      const page = await attention(`?limit=2${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`);
      paged.push(...page.attention.filter(({ workflow_id: id }) => id !== null));
      after = (page['next'] as string | null) ?? '';
    } while (after !== '');
    expect(paged).toEqual(all);
    const { attention: orders } = await attention('?kind=order-not-found&limit=3');
    expect(orders.map(({ kind }) => kind)).toEqual(Array<string>(3).fill('order-not-found'));
  });

  test('is in the metrics, by kind', async () => {
    const { text } = await api.call('GET', '/metrics');
    expect(text).toMatch(/waybell_attention\{kind="order-not-found"\} [1-9]/);
    expect(text).toMatch(/waybell_attention_oldest_seconds\{kind="order-not-found"\} \d/);
  });

  test.each(['kind=nothing', 'limit=0', 'limit=201'])('refuses ?%s', async (query) => {
    const { status, json } = await api.call('GET', `/api/v1/attention?${query}`);
    expect(status).toBe(400);
    expect(json).toMatchObject({ ok: false, code: 'field-invalid' });
  });
});
