import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OPERATIONS } from '../../src/api/operations';
import { loadConfig } from '../../src/config/config';
import { OWN_PATHS } from '../../src/config/legacy-paths';
import { SOURCES } from '../../src/sources/registry';
import { explainRefusal } from '../../src/intake/channels/why-refused';
import type { Fault, Source, WebhookRequest } from '../../src/sources/source';
import { openTemporalAway } from '../setup/temporal-away';
import type { TemporalClient } from '../../src/process/open-temporal';
import { eventually } from '../setup/processes';
import { conditionsOf } from '../sources/requests';
import { loadVectors } from '../sources/vectors/load';
import { signTrackingmore } from '../sources/vectors/trackingmore';
import type { SourceVectors } from '../sources/vectors/vectors';
import { type Answer, type ApiLab, openApiLab } from './api-lab';
import { type ChannelLab, openChannelLab } from './channel-lab';

/** Has the form that every source asks of a secret. */
const OTHER_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const WRONG_TOKEN = 'a-token-that-belongs-to-nobody';

let lab: ApiLab;
let channels: ChannelLab;
let away: TemporalClient;
let vectors: Map<string, SourceVectors>;
beforeAll(async () => {
  lab = await openApiLab();
  const loaded = await Promise.all(SOURCES.map(({ name }) => loadVectors(name)));
  // Temporal is away: what is taken stays in the journal, where it is seen.
  away = await openTemporalAway();
  vectors = new Map(SOURCES.map(({ name }, index) => [name, loaded[index]!]));
  channels = await openChannelLab(
    lab,
    // One with the right secret, and one with another, for each.
    SOURCES.flatMap(({ name, verify }) => {
      const secret = vectors.get(name)?.secret;
      if (!verify || secret == null) return [{ source: name }, { source: name }];
      return [
        { source: name, secret },
        { source: name, secret: OTHER_SECRET },
      ];
    }),
    { temporal: away.client },
  );
});
afterAll(async () => {
  await channels.close();
  await away.close();
  await lab.close();
});

/** The first genuine request that is signed with the secret of them all. */
function genuineOf(name: string): { request: WebhookRequest; now: number } {
  const { genuine, now } = vectors.get(name)!;
  return { request: genuine[0]!.request, now: genuine[0]!.now ?? now };
}
const tokenOf = (name: string, which: 'own' | 'other' = 'own'): string =>
  channels.tokens[SOURCES.findIndex((source) => source.name === name) * 2 + (which === 'own' ? 0 : 1)] ?? '';

/** Everything that a refusal must leave as it is. Nothing is started that was not in the journal before. */
async function traces(): Promise<unknown> {
  const { rows } = await lab.db.pool.query(`select count(*)::int as archived from waybell.webhooks`);
  return [rows, channels.intake.state()];
}

/** Whether its proof is good for a time only. */
const hasSignedTime = (name: string): boolean =>
  ['own-system', 'shippo', 'standard-webhooks', 'trackingmore'].includes(name);

/** What the sender is told. */
function sentenceOf({ kind, place }: Fault): string {
  return explainRefusal({ reason: kind, place, found: '' }).en;
}

function expectRefused(answer: Answer, source: Source, request: WebhookRequest, message: string): void {
  const refusal = source.refuse?.(message, request);
  if (refusal === undefined) {
    expect(answer).toMatchObject({ status: 401, json: { ok: false, code: expect.any(String), message } });
    return;
  }
  expect([answer.status, answer.text]).toEqual([401, refusal.body]);
  expect(answer.headers.get('content-type')).toMatch(new RegExp(`^${refusal.mediaType}\\b`));
}

describe.each(SOURCES.map((source) => [source.name, source] as const))('%s', (name, source) => {
  test('is refused in its own form, and leaves no trace: at an unknown URL, and at another source', async () => {
    const { request, now } = genuineOf(name);
    channels.now = now;
    const before = await traces();
    const other = SOURCES.find((one) => one !== source)?.name ?? '';
    for (const token of [WRONG_TOKEN, tokenOf(other)]) {
      expectRefused(
        await channels.post(name, token, request),
        source,
        request,
        'the URL belongs to no channel',
      );
    }
    expect(await traces()).toEqual(before);
  });

  test('is refused in its own form, and leaves no trace: with another secret, without proof, changed on its way', async () => {
    if (!source.verify) {
      expect(vectors.get(name)?.secret).toBeNull();
      return;
    }
    const { request, now } = genuineOf(name);
    channels.now = now;
    const before = await traces();
    const bare = { body: Buffer.from('{}'), headers: { 'content-type': 'application/json' } };
    const cases: [string, 'own' | 'other', WebhookRequest][] = [
      [OTHER_SECRET, 'other', request],
      [vectors.get(name)?.secret ?? '', 'own', bare],
      [vectors.get(name)?.secret ?? '', 'own', { ...bare, body: Buffer.alloc(0) }],
    ];
    for (const [secret, which, sent] of cases) {
      const verified = source.verify(sent, [secret], conditionsOf(now));
      const message = verified.ok ? '' : sentenceOf(verified.fault);
      expectRefused(await channels.post(name, tokenOf(name, which), sent), source, sent, message);
    }
    expect(await traces()).toEqual(before);
  });

  test('is refused when its signed time is over, if it has one', async () => {
    const { request, now } = genuineOf(name);
    const late = now + 301_000;
    const verified = source.verify?.(request, [vectors.get(name)?.secret ?? ''], conditionsOf(late));
    expect(verified?.ok === false).toBe(hasSignedTime(name));
    if (verified?.ok !== false) return;
    channels.now = late;
    const before = await traces();
    expectRefused(
      await channels.post(name, tokenOf(name), request),
      source,
      request,
      sentenceOf(verified.fault),
    );
    expect(await traces()).toEqual(before);
  });
});

// After what must leave no trace: the archive takes a second for what comes now.
test.each(SOURCES.map(({ name }) => name))(
  '%s is taken with its proof, at any time if none is signed',
  async (name) => {
    const { request, now } = genuineOf(name);
    for (const at of hasSignedTime(name) ? [now] : [now, now + 301_000]) {
      channels.now = at;
      expect((await channels.post(name, tokenOf(name), request)).status).toBe(200);
    }
  },
);

test('a proof that does not cover the body is good for one body, however often that is sent', async () => {
  const body = (trackingNo: string): string =>
    JSON.stringify({
      data: { tracking_number: trackingNo, courier_code: 'dhl', delivery_status: 'transit' },
    });
  channels.now = vectors.get('trackingmore')!.now;
  const timestamp = String(channels.now / 1000 - 7);
  const [first, second] = ['TM0000000007', 'TM0000000008'].map((number) =>
    signTrackingmore(body(number), undefined, timestamp),
  ) as [WebhookRequest, WebhookRequest];
  const send = (request: WebhookRequest) =>
    channels.post('trackingmore', tokenOf('trackingmore'), {
      ...request,
      headers: { ...request.headers, 'content-type': 'application/json' },
    });
  expect((await send(first)).status).toBe(200);
  expect((await send(first)).status).toBe(200);
  await eventually(() => channels.intake.state().unarchived === 0);
  const before = await traces();
  const replayed = await send(second);
  expect(replayed).toMatchObject({
    status: 401,
    json: { ok: false, message: 'this signature came with another body before' },
  });
  expect(await traces()).toEqual(before);
  expect((await send(first)).status).toBe(200);
});

test('a full journal takes nothing, in the words of the source, and asks to send it again', async () => {
  const { request, now } = genuineOf('sf');
  const full = await openChannelLab(lab, [{ source: 'sf' }], { maxJournalBytes: request.body.length });
  full.now = now;
  const answer = await full.post('sf', full.tokens[0] ?? '', request);
  expect(answer).toMatchObject({ status: 503, json: { return_code: '1000' } });
  expect(answer.headers.get('retry-after')).toBe('30');
  expect(full.intake.state()).toMatchObject({ waiting: 0, unarchived: 0, bytes: 0 });
  const { text } = await full.get('/metrics');
  expect(text).toContain('waybell_webhooks_total{source="sf",result="intake-unavailable"} 1\n');
  expect(text).not.toContain('result="accepted"');
  await full.close();
});

test('a full journal is a problem with its code to a sender that has no form of its own', async () => {
  const { request, now } = genuineOf('own-system');
  const full = await openChannelLab(lab, [{ source: 'own-system' }], { maxJournalBytes: 10 });
  full.now = now;
  const answer = await full.post('own-system', full.tokens[0] ?? '', request);
  expect(answer.status).toBe(503);
  expect(answer.json).toMatchObject({
    ok: false,
    code: 'intake-unavailable',
    message: 'nothing can be taken now; please send it again',
  });
  expect(answer.headers.get('retry-after')).toBe('30');
  await full.close();
});

describe('a URL of the old system', () => {
  const LEGACY_PATHS = JSON.stringify({
    '/webhook-receiver/kuaidi100': 'kuaidi100/channel-0',
    '/old/sf': 'sf/channel-1',
    '/old/gone': 'kuaidi100/closed',
  });
  const post = (url: string, { body, headers }: WebhookRequest): Promise<Response> =>
    fetch(url, {
      ...{ method: 'POST', body: new Uint8Array(body) },
      headers: Object.fromEntries(
        Object.entries(headers).filter(([name]) => name !== 'content-length'),
      ) as Record<string, string>,
    });

  async function open(settings: Readonly<Record<string, string>> = {}): Promise<ChannelLab> {
    const secret = vectors.get('kuaidi100')?.secret ?? '';
    const wanted = [{ source: 'kuaidi100', secret }, { source: 'sf' }];
    return openChannelLab(lab, wanted, { settings: { LEGACY_PATHS, ...settings }, temporal: away.client });
  }

  test('takes what its channel can prove, and answers in the form of the source', async () => {
    const old = await open();
    const { request, now } = genuineOf('kuaidi100');
    old.now = now;
    const taken = await post(`${old.url}/webhook-receiver/kuaidi100?id=1`, request);
    expect([taken.status, await taken.json()]).toMatchObject([200, { result: true, returnCode: '200' }]);
    const forged = { ...request, body: Buffer.from(String(request.body).replace(/sign=./, 'sign=0')) };
    const refused = await post(`${old.url}/webhook-receiver/kuaidi100`, forged);
    expect(refused.status).toBe(401);
    // Anybody may know the path: a forged request is no sign of trouble with the channel.
    expect((await old.get('/metrics')).text).not.toContain('channel="channel-0",result="field-mismatch"');
    await old.close();
  });

  test('refuses what nothing proves, unless that is allowed, and a channel that is not there', async () => {
    const old = await open();
    const { request, now } = genuineOf('sf');
    old.now = now;
    expect((await post(`${old.url}/old/sf`, request)).status).toBe(401);
    expect((await post(`${old.url}/old/gone`, genuineOf('kuaidi100').request)).status).toBe(401);
    expect((await fetch(`${old.url}/old/sf`)).status).toBe(405);
    await old.close();
    const allowed = await open({ UNSIGNED_WEBHOOKS: 'allow' });
    allowed.now = now;
    expect((await post(`${allowed.url}/old/sf`, request)).status).toBe(200);
    await allowed.close();
  });

  test.each([
    ['/webhooks/sf/x', 'collides with our own route /webhooks'],
    ['/Webhooks', 'collides with our own route /webhooks'],
    ['/webhook', 'collides with our own route /webhook/express/status'],
    ['/webhook/express/status', 'collides with our own route /webhook/express/status'],
    ['/api/v1/push/register', 'collides with our own route /api/v1'],
    ['/api', 'collides with our own route /api/v1'],
    ['/old/:id', 'a path must be like'],
    ['/old/../x', 'a path must be like'],
    ['old', 'a path must be like'],
    ['/', 'a path must be like'],
  ])('is not %s', (legacy, words) => {
    const LEGACY_PATHS = JSON.stringify({ [legacy]: 'sf/main' });
    expect(() => loadConfig({ LEGACY_PATHS })).toThrow(words);
  });

  test('names a source and a channel, and none of our own routes is forgotten', () => {
    expect(() => loadConfig({ LEGACY_PATHS: '{"/old":"sf"}' })).toThrow(
      '/old must name a source and a channel',
    );
    const unknown = OPERATIONS.map(({ path }) => path).filter(
      (path) => !OWN_PATHS.some((own) => path === own || path.startsWith(`${own}/`)),
    );
    expect(unknown).toEqual([]);
  });
});

test('a source that does not exist is not found, and a URL that is broken is no URL', async () => {
  const request = { body: Buffer.from('{}'), headers: { 'content-type': 'application/json' } };
  const cases: [string, string, number, string][] = [
    ['dhl', tokenOf('sf'), 404, 'source-unknown'],
    ['constructor', tokenOf('sf'), 404, 'source-unknown'],
    ['sf', '%E0%A4%A', 400, 'request-malformed'],
    ['sf', 'x'.repeat(129), 400, 'field-invalid'],
    ['sf', '', 404, 'route-unknown'],
  ];
  for (const [source, token, status, code] of cases) {
    expect(await channels.post(source, token, request)).toMatchObject({ status, json: { ok: false, code } });
  }
  expect(await channels.get(`/webhooks/sf/${tokenOf('sf')}`)).toMatchObject({
    status: 405,
    json: { code: 'method-not-allowed' },
  });
});

test('no token, no hash of one, and no secret is in the log or in the metrics', async () => {
  const { text } = await channels.get('/metrics');
  const logged = channels.logged();
  expect(logged).toContain('"/webhooks/:source/:token"');
  expect(logged).toContain('webhook refused');
  const secrets = [...vectors.values()].flatMap(({ secret }) => secret ?? []);
  const hidden = [...channels.tokens, WRONG_TOKEN, OTHER_SECRET, ...secrets];
  expect(hidden.filter((word) => logged.includes(word) || text.includes(word))).toEqual([]);
  expect(text).toMatch(/^waybell_webhooks_total\{source="sf",result="channel-unknown"\} \d+$/m);
});
