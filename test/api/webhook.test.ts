import { beforeEach, describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { loadConfig } from '../../src/config/config';
import { openPool } from '../../src/database/pool';
import { wordDigest } from '../../src/deliveries/word-digest';
import { sign } from '../../src/sources/reading/proof';
import { CARRIER, DELIVERY_STATUS, TRACKING_NO } from '../../src/workflows/search-attributes';
import { freePorts } from '../setup/free-port';
import { eventually } from '../setup/processes';
import { openTemporalAway } from '../setup/temporal-away';
import { use } from '../setup/use';
import { type Answer, AT_ONCE, unique, useApiLab } from './api-lab';

const ROUTE = '/webhook/express/status';
const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

const scan = (change: Record<string, unknown> = {}) => ({
  carrier: 'yto',
  tracking_no: `YT${unique()}`,
  status: 'out_for_delivery',
  event_text: '快递员张三(13800138000)正在派件',
  event_time: '2026-02-06 10:11:00',
  ...change,
});

const lab = useApiLab();
const api = use(() => lab.serve());

describe('one event_id', () => {
  test('sent twice is one delivery, also with another text; with another status or time it is another', async () => {
    const body = scan({ event_id: 'ORDER-1', status: 'in_transit' });
    const send = async (change: Record<string, unknown> = {}) =>
      (await api.call('POST', ROUTE, { json: { ...body, ...change } })).json;
    const first = await send();
    expect(await send()).toMatchObject({ duplicate: true, workflow_id: first['workflow_id'] });
    const changes = [{ status: 'delivered' }, { event_time: '2026-02-06 12:00:00' }];
    expect(await send({ event_text: '到达【上海】' })).toMatchObject({
      ...{ duplicate: true, workflow_id: first['workflow_id'] },
    });
    const ids = new Set([first['workflow_id']]);
    for (const change of changes) {
      const other = await send(change);
      expect(other).toMatchObject({ ok: true, duplicate: false });
      ids.add(other['workflow_id']);
      expect(await send(change)).toMatchObject({ duplicate: true, workflow_id: other['workflow_id'] });
    }
    expect(ids.size).toBe(3);
  });
});

describe('a webhook', () => {
  test('starts one delivery that carries the update, and says where to look', async () => {
    const eventId = unique();
    const body = scan({ carrier: 'YTO', tracking_no: 'yt 2026 0001', event_id: eventId });
    const { status, json } = await api.call('POST', ROUTE, { json: body });

    expect(status).toBe(200);
    expect(json).toEqual({
      ok: true,
      duplicate: false,
      handed_over: true,
      workflow_id: expect.stringMatching(/^delivery\/own-system\/yto\/YT20260001\/[0-9a-f]{20}$/),
      run_id: expect.any(String),
      status: 'out_for_delivery',
      status_known: true,
      waybill_known: false,
      order_known: false,
      temporal_ui: expect.any(String),
    });
    const workflowId = json['workflow_id'] as string;
    expect(json['temporal_ui']).toBe(
      `http://127.0.0.1:8233/namespaces/default/workflows/${encodeURIComponent(workflowId)}/${String(json['run_id'])}`,
    );

    const handle = lab.temporal.client.workflow.getHandle(workflowId);
    const described = await handle.describe();
    expect(described).toMatchObject({ type: 'DeliveryNotification', taskQueue: lab.temporal.taskQueue });
    expect(described.typedSearchAttributes.get(CARRIER)).toBe('yto');
    expect(described.typedSearchAttributes.get(TRACKING_NO)).toBe('YT20260001');
    expect(described.typedSearchAttributes.get(DELIVERY_STATUS)).toBe('out_for_delivery');
    expect(await described.staticSummary()).toBe(
      'yto YT20260001: out_for_delivery at 2026-02-06 10:11 (own-system)',
    );
    const { events } = await handle.fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
    expect(defaultPayloadConverter.fromPayload(input!)).toEqual({
      update: {
        source: 'own-system',
        carrier: 'yto',
        trackingNo: 'YT20260001',
        events: [
          {
            key: `id:${eventId}`,
            time: '2026-02-06T02:11:00.000Z',
            status: 'out_for_delivery',
            rawStatus: 'out_for_delivery',
            text: '',
          },
        ],
      },
      limits: loadConfig({}).waitLimits,
    });
  });

  test('leads from the Temporal UI to the console, where it is said where that is', async () => {
    const linking = await lab.serve({ CONSOLE_URL: 'https://waybell.shop.example/console/' });
    const { json } = await linking.call('POST', ROUTE, { json: scan({ tracking_no: 'YT(1)#2' }) });
    const detailsOf = async (answer: Record<string, unknown>): Promise<string | undefined> =>
      (
        await lab.temporal.client.workflow.getHandle(answer['workflow_id'] as string).describe()
      ).staticDetails();
    expect(await detailsOf(json)).toBe(
      '[Why, and what to do: the console of Waybell](https://waybell.shop.example/console?name=YT%281%29%232)',
    );
    const silent = await api.call('POST', ROUTE, { json: scan() });
    expect(await detailsOf(silent.json)).toBeUndefined();
  });

  test('sent again is a duplicate and adds nothing to the delivery', async () => {
    const body = scan();
    const first = await api.call('POST', ROUTE, { json: body });
    const again = await api.call('POST', ROUTE, {
      json: { ...body, carrier: ' Yto', event_time: '2026-02-06T02:11:00Z' },
    });

    expect(again.status).toBe(200);
    expect(again.json).toMatchObject({ ok: true, duplicate: true, workflow_id: first.json['workflow_id'] });
    expect(again.json).not.toHaveProperty('run_id');
    const { events } = await lab.temporal.client.workflow
      .getHandle(first.json['workflow_id'] as string)
      .fetchHistory();
    expect(events).toHaveLength(2);
  });

  test('sent ten times at once starts one delivery', async () => {
    const body = scan();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.call('POST', ROUTE, { json: body })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    expect(answers.filter(({ json }) => json['duplicate'] === false)).toHaveLength(1);
  });

  test('with a status that nobody knows is taken and flagged, and travels as its digest', async () => {
    const { json } = await api.call('POST', ROUTE, { json: scan({ status: '已妥投' }) });
    expect(json).toMatchObject({ ok: true, duplicate: false, status: null, status_known: false });
    const described = await lab.temporal.client.workflow.getHandle(json['workflow_id'] as string).describe();
    expect(described.typedSearchAttributes.get(DELIVERY_STATUS)).toBe('unknown');
    expect(await described.staticSummary()).toContain(
      `: unknown status \`${wordDigest('已妥投')}\` at 2026-02-06 10:11 (own-system)`,
    );
  });

  test("may use the shop's own words", async () => {
    const mapped = await lab.serve({ STATUS_MAP: '{"已妥投":"delivered"}' });
    const { json } = await mapped.call('POST', ROUTE, { json: scan({ status: '已妥投' }) });
    expect(json).toMatchObject({ status: 'delivered', status_known: true });
  });

  test('keeps its summary within the 200 bytes that Temporal allows', async () => {
    const { json } = await api.call('POST', ROUTE, { json: scan({ carrier: '圆'.repeat(64) }) });
    const described = await lab.temporal.client.workflow.getHandle(json['workflow_id'] as string).describe();
    expect(Buffer.byteLength((await described.staticSummary()) ?? '')).toBeLessThanOrEqual(200);
  });

  test('is taken while PostgreSQL is away', async () => {
    const [port] = await freePorts(1);
    const pool = openPool(`postgresql://nobody@127.0.0.1:${port}/none`, () => undefined);
    const withoutDatabase = await lab.serve({}, { pool });
    expect(await withoutDatabase.call('POST', ROUTE, { json: scan() })).toMatchObject({
      status: 200,
      json: { ok: true, duplicate: false, waybill_known: null, order_known: null },
    });
    await pool.end();
  });
});

describe('while Temporal is away', () => {
  test('a webhook is kept by the journal, and no sender waits who does not want to', async () => {
    const away = await openTemporalAway();
    const withoutTemporal = await lab.serve({}, { temporal: away.client });
    const send = async (): Promise<number> => {
      const startedAt = performance.now();
      const { status, json } = await withoutTemporal.call('POST', ROUTE, { json: scan(), headers: AT_ONCE });
      expect(status).toBe(200);
      expect(json).toMatchObject({ ok: true, handed_over: false });
      expect(Object.keys(json)).not.toContain('run_id');
      expect(Object.keys(json)).not.toContain('duplicate');
      return performance.now() - startedAt;
    };
    const quick = [await send(), await send(), await send()].sort((a, b) => a - b);
    // Whoever asked Temporal would wait for seconds.
    expect(quick[0]).toBeLessThan(900);
    const inVain = await withoutTemporal.call('POST', ROUTE, {
      json: scan(),
      headers: { prefer: 'wait=1' },
    });
    expect(inVain.json).toMatchObject({ handed_over: false, waybill_known: false });
    expect(inVain.headers.get('preference-applied')).toBe('wait=1');
    expect((await withoutTemporal.call('GET', '/readyz')).json).toMatchObject({
      ok: false,
      temporal: 'error',
      journal: { waiting: 4 },
    });
    await withoutTemporal.close();
    await away.close();
  });
});

describe('the answer', () => {
  const KEPT = ['handed_over', 'ok', 'status', 'status_known', 'temporal_ui', 'workflow_id'];

  test.each(['respond-async', 'wait', 'wait=soon', 'handling=lenient; wait=3', 'wait=0'])(
    'waits for nothing with Prefer: %s, guesses nothing, and the delivery starts all the same',
    async (prefer) => {
      const { json, headers } = await api.call('POST', ROUTE, { json: scan(), headers: { prefer } });
      expect(Object.keys(json).sort()).toEqual(KEPT);
      expect(json).toMatchObject({ ok: true, handed_over: false });
      expect(headers.get('preference-applied')).toBe(prefer === 'wait=0' ? prefer : null);
      const handle = lab.temporal.client.workflow.getHandle(String(json['workflow_id']));
      await eventually(() =>
        handle.describe().then(
          () => true,
          () => false,
        ),
      );
    },
  );

  test('waits with Prefer: wait, ten seconds at most, and says how long', async () => {
    const body = scan();
    const ask = (prefer: string) => api.call('POST', ROUTE, { json: body, headers: { prefer } });
    const first = await ask('Respond-Async, Wait="600"');
    expect(first.json).toMatchObject({ handed_over: true, duplicate: false, run_id: expect.any(String) });
    expect(first.headers.get('preference-applied')).toBe('wait=10');
    const again = await ask('wait=9');
    expect(again.json).toMatchObject({ handed_over: true, duplicate: true });
    expect(again.headers.get('preference-applied')).toBe('wait=9');
  });

  test('to who waits says whether the shop has the waybill, under any name of its carrier, and its order', async () => {
    const [known, ordered] = [`YT${unique()}`, `YT${unique()}`] as [string, string];
    await lab.db.pool.query(
      `insert into platform_express_waybills (carrier, tracking_no, order_id)
       values ('圆通速递', $1, null), ('yto', $2, 'order-of-the-answer')`,
      [known, ordered],
    );
    const say = async (trackingNo: string) =>
      (await api.call('POST', ROUTE, { json: scan({ tracking_no: trackingNo }) })).json;
    expect(await say(known)).toMatchObject({ waybill_known: true, order_known: false });
    expect(await say(ordered)).toMatchObject({ waybill_known: true, order_known: true });
    expect(await say(`YT${unique()}`)).toMatchObject({ waybill_known: false, order_known: false });
  });
});

describe('a refused webhook starts nothing', () => {
  let before: Record<string, number>;
  beforeEach(async () => {
    before = await lab.traces();
  });

  async function expectRefused(answer: Answer, status: number, code: string, field?: string): Promise<void> {
    expect(answer.json).toMatchObject({
      ok: false,
      code,
      message: expect.stringContaining(field ?? ''),
      ...(field !== undefined && { field }),
    });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/\bat \w+.*:\d+:\d+|node_modules/);
    expect(await lab.traces()).toEqual(before);
  }

  test.each([
    ['no', 'carrier', undefined],
    ['an overlong', 'carrier', 'x'.repeat(65)],
    ['no', 'tracking_no', undefined],
    ['a short', 'tracking_no', 'YT1'],
    ['an impossible', 'tracking_no', 'YT 1234/../5'],
    ['no', 'status', undefined],
    ['an overlong', 'status', 's'.repeat(65)],
    ['an overlong', 'event_text', 't'.repeat(501)],
    ['no', 'event_time', undefined],
    ['an impossible', 'event_time', '2026-02-30 10:00:00'],
    ['a future', 'event_time', '2099-01-01 10:00:00'],
    ['an ancient', 'event_time', '1999-01-01 10:00:00'],
    ['an overlong', 'event_id', 'e'.repeat(129)],
  ])('because of %s %s', async (_, field, value) => {
    const answer = await api.call('POST', ROUTE, { json: scan({ [field]: value }) });
    await expectRefused(answer, 400, 'field-invalid', field);
  });

  test('because its JSON is broken', async () => {
    const headers = { 'content-type': 'application/json' };
    await expectRefused(
      await api.call('POST', ROUTE, { body: '{"carrier":', headers }),
      400,
      'json-malformed',
    );
    await expectRefused(await api.call('POST', ROUTE, { body: '[]', headers }), 400, 'json-malformed');
  });

  test('because it is not declared as JSON, and the answer names what was declared', async () => {
    const body = JSON.stringify(scan());
    const form = await api.call('POST', ROUTE, {
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    await expectRefused(form, 415, 'content-type-unsupported');
    expect(form.json['message']).toContain('application/x-www-form-urlencoded');
    const bytes = await api.call('POST', ROUTE, { body: Buffer.from(body) });
    await expectRefused(bytes, 415, 'content-type-unsupported');
    await expectRefused(await api.call('POST', ROUTE), 415, 'content-type-unsupported');
  });

  test('because it is compressed in an unknown way', async () => {
    const answer = await api.call('POST', ROUTE, {
      json: scan(),
      headers: { 'content-encoding': 'zstd' },
    });
    await expectRefused(answer, 415, 'content-encoding-unsupported');
  });

  test('because it is larger than 1 MiB', async () => {
    const answer = await api.call('POST', ROUTE, { json: scan({ event_text: 'x'.repeat(1024 * 1024) }) });
    await expectRefused(answer, 413, 'body-too-large');
  });

  test('because of its method or its path', async () => {
    const get = await api.call('GET', ROUTE);
    await expectRefused(get, 405, 'method-not-allowed');
    expect(get.headers.get('allow')).toBe('POST');
    await expectRefused(await api.call('POST', '/webhook/express', { json: scan() }), 404, 'route-unknown');
    await expectRefused(await api.call('POST', `${ROUTE}/%E0%A4%A`, { json: scan() }), 404, 'route-unknown');
  });

  test('and is counted by its source and the code', async () => {
    const counted = await lab.serve();
    await counted.call('POST', ROUTE, { json: scan({ carrier: '' }) });
    const { text } = await counted.call('GET', '/metrics');
    expect(text).toContain('waybell_webhooks_total{source="own-system",result="field-invalid"} 1\n');
    await counted.close();
  });

  test('because its signature is missing, wrong or old', async () => {
    const signed = await lab.serve({ WEBHOOK_SECRETS: SECRET });
    const body = JSON.stringify(scan());
    const now = Math.floor(Date.now() / 1000);
    const send = (secret: string, at: number, sent = body) =>
      signed.call('POST', ROUTE, {
        body: sent,
        headers: {
          'content-type': 'application/json',
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(at),
          'webhook-signature': `v1,${sign(secret, 'msg_1', String(at), Buffer.from(body)).toString('base64')}`,
        },
      });
    const otherSecret = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;

    await expectRefused(await signed.call('POST', ROUTE, { json: scan() }), 401, 'signature-missing');
    await expectRefused(await send(otherSecret, now), 401, 'signature-invalid');
    await expectRefused(await send(SECRET, now, `${body} `), 401, 'signature-invalid');
    await expectRefused(await send(SECRET, now - 360), 401, 'signature-expired');
    await expectRefused(await send(SECRET, now + 360), 401, 'signature-expired');

    expect((await send(SECRET, now)).json).toMatchObject({ ok: true, duplicate: false });
    expect((await send(SECRET, now - 200)).json).toMatchObject({ ok: true, duplicate: true });
  });
});
