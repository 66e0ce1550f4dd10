import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PushAnswer } from '../../src/push/provider';
import { createUniCloudProvider } from '../../src/push/unicloud/unicloud';
import { sampleMessage } from '../push/sample-message';
import type { LocalServer } from '../push/local-server';
import { startDemo } from './demo-server';
import { followEvents, type EventStream } from './event-stream';

const CID = 'demo-phone-buyer-1';
const MESSAGE = 'w-1:1:delivered:1:user';

let server: LocalServer;
let streams: EventStream[];
let requests: number;

beforeEach(async () => {
  server = await startDemo();
  streams = [];
  requests = 0;
});

afterEach(async () => {
  streams.forEach((stream) => stream.close());
  await server.close();
});

const nextRequestId = (): string => `request${String((requests += 1)).padStart(8, '0')}`;

const sendMessage = (changes: object = {}) => ({
  push_clientid: CID,
  title: '快递已签收',
  content: '包裹已送达',
  payload: { notificationId: MESSAGE },
  force_notification: true,
  request_id: nextRequestId(),
  ...changes,
});

async function post(route: string, body: unknown): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${server.url}${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

const call = (changes?: object) => post('/demo/cloud-function', sendMessage(changes));
const behave = (mode: string, cid = CID) => post('/demo/behaviour', { cid, mode });

/** Pushes through the real provider, as a delivery does. */
function push(requestId = nextRequestId(), deadlineMs = 5_000): Promise<PushAnswer> {
  const provider = createUniCloudProvider({ url: `${server.url}/demo/cloud-function` });
  const message = { ...sampleMessage, messageId: MESSAGE, cid: CID, title: 'T', content: 'C', requestId };
  return provider.send(message, AbortSignal.timeout(deadlineMs));
}

async function follow(lastEventId?: string, query = ''): Promise<EventStream> {
  const stream = await followEvents(`${server.url}/demo/events${query}`, lastEventId);
  streams.push(stream);
  return stream;
}

describe('the built-in cloud function', () => {
  test('answers as uni-push does: a task, our phone, its word', async () => {
    const { status, answer } = await call();
    expect(status).toBe(200);
    expect(answer).toMatchObject({ errCode: 0, errMsg: 'success' });
    const { data } = answer as { data: Record<string, unknown> };
    expect(Object.keys(data)).toEqual([expect.stringMatching(/^RASS_/)]);
    expect(Object.values(data)).toEqual([{ [CID]: 'successed_offline' }]);
  });

  test('says online while a page is open, and offline before', async () => {
    expect(await push()).toMatchObject({ class: 'accepted', reason: 'offline_or_vendor' });
    await follow();
    expect(await push()).toMatchObject({ class: 'accepted', reason: 'online' });
  });

  test('hands the message to the phone', async () => {
    const stream = await follow();
    await push('request00000042');
    const [event] = await stream.next(1);
    expect(event).toMatchObject({
      name: 'push',
      data: { cid: CID, messageId: MESSAGE, requestId: 'request00000042', title: 'T', content: 'C' },
    });
  });

  test('drops the message of a repeated request id, and says nothing about it', async () => {
    const stream = await follow();
    const first = await push('request00000001');
    const repeated = await push('request00000001');
    await push('request00000002');
    expect({ ...repeated, providerId: first.providerId }).toEqual(first);
    const events = await stream.next(2);
    expect(events.map(({ data }) => data['requestId'])).toEqual(['request00000001', 'request00000002']);
  });

  test('answers an empty target in the shape of a broadcast, and wakes nobody', async () => {
    const stream = await follow();
    expect(await call({ push_clientid: ' ' })).toMatchObject({
      answer: { errCode: 0, data: { $taskid: expect.stringMatching(/^RASA_/) as unknown } },
    });
    await call({ title: 'next' });
    expect((await stream.next(1))[0]?.data['title']).toBe('next');
  });

  test.each([
    ['no title', { title: undefined }],
    ['an empty content', { content: '  ' }],
    ['a title of 20 characters', { title: '签'.repeat(20) }],
    ['a content of 50 characters', { content: '签'.repeat(50) }],
    ['a payload that is text', { payload: 'text' }],
    ['a short request id', { request_id: 'short' }],
    ['a list of phones', { push_clientid: [CID] }],
  ])('refuses %s as a bad parameter', async (_, changes) => {
    expect(await call(changes)).toMatchObject({
      status: 200,
      answer: { errCode: 'uni-cloud-push-error-20001' },
    });
  });

  test('takes a title of 19 emoji and a content of 49', async () => {
    expect(await call({ title: '📦'.repeat(19), content: '📦'.repeat(49) })).toMatchObject({
      answer: { errCode: 0 },
    });
  });

  test.each(['', 'cid=1', '{"push_clientid":'])(
    'throws as a real one does on a body of "%s"',
    async (body) => {
      expect(await post('/demo/cloud-function', body)).toMatchObject({
        status: 200,
        answer: { success: false, error: { code: 'FunctionBizError' } },
      });
    },
  );

  test('refuses a body over 1 MiB', async () => {
    expect(await post('/demo/cloud-function', ' '.repeat(1024 * 1024 + 1))).toMatchObject({
      status: 413,
      answer: { ok: false, code: 'body-too-large' },
    });
  });
});

describe('a phone whose function is told to misbehave', () => {
  test.each([
    ['refuse', { class: 'fail', reason: 'bad_payload', definite: true }],
    ['busy', { class: 'retry', reason: 'provider_busy', retryAfterMs: 10_000, definite: true }],
    ['dead', { class: 'deactivate', reason: 'invalid_cid', definite: true }],
  ])('is not reached in mode %s, and shows that it was tried', async (mode, expected) => {
    const stream = await follow();
    await behave(mode);
    expect(await push()).toMatchObject(expected);
    expect((await stream.next(1))[0]).toMatchObject({ name: 'refused', data: { cid: CID, mode } });
  });

  test('is reached again in mode ok, with a new request id only', async () => {
    await behave('refuse');
    await push('request00000001');
    await behave('ok');
    const stream = await follow();
    await push('request00000001');
    await push('request00000002');
    const names = (await stream.next(2)).map(({ name, data }) => [name, data['requestId']]);
    expect(names).toEqual([
      ['refused', 'request00000001'],
      ['push', 'request00000002'],
    ]);
  });

  test('gets the message in mode slow, while the answer comes too late', async () => {
    const stream = await follow();
    await behave('slow');
    expect(await push(undefined, 300)).toMatchObject({ class: 'retry', reason: 'timeout', definite: false });
    expect((await stream.next(1))[0]).toMatchObject({ name: 'push' });
  });

  test('leaves the other phones alone', async () => {
    await behave('refuse', 'demo-phone-buyer-2');
    expect(await push()).toMatchObject({ class: 'accepted' });
  });

  test.each([
    ['cid', { mode: 'ok' }],
    ['cid', { cid: 'x'.repeat(129), mode: 'ok' }],
    ['mode', { cid: CID, mode: 'explode' }],
  ])('names the field %s of a request that is wrong', async (field, body) => {
    expect(await post('/demo/behaviour', body)).toMatchObject({
      status: 400,
      answer: { ok: false, code: 'field-invalid', field },
    });
  });
});

describe('the button that sends the next webhook', () => {
  test('is no form that a page of another origin could post', async () => {
    const response = await fetch(`${server.url}/demo/send`, { method: 'POST', body: new URLSearchParams() });
    expect(response.status).toBe(415);
  });
});

describe('the stream of events', () => {
  const titles = async (stream: EventStream, count: number): Promise<unknown[]> =>
    (await stream.next(count)).map(({ data }) => data['title']);

  test('shows the last 50 to a page that is opened late', async () => {
    for (let number = 1; number <= 52; number += 1) await call({ title: `n${number}` });
    const stream = await follow();
    expect(stream.contentType).toBe('text/event-stream; charset=utf-8');
    const shown = await titles(stream, 50);
    expect([shown[0], shown[49]]).toEqual(['n3', 'n52']);
  });

  test('goes on after the last event that a page has seen', async () => {
    await call({ title: 'seen' });
    const before = await follow();
    const [seen] = await before.next(1);
    before.close();
    await call({ title: 'missed' });
    const after = await follow(seen?.id);
    await call({ title: 'live' });
    expect(await titles(after, 2)).toEqual(['missed', 'live']);
  });

  test.each(['7', 'another-run/1', '/', ''])('starts anew for the id "%s" of another run', async (id) => {
    await call({ title: 'first' });
    expect(await titles(await follow(id), 1)).toEqual(['first']);
  });

  test('can be held to one phone', async () => {
    const stream = await follow(undefined, `?cid=${CID}`);
    await call({ push_clientid: 'demo-phone-shop-1', title: 'theirs' });
    await call({ title: 'ours' });
    expect(await titles(stream, 1)).toEqual(['ours']);
  });
});
