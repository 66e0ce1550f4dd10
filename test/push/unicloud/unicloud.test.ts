import { afterEach, describe, expect, test } from '@jest/globals';
import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { RequestListener } from 'node:http';
import type { PushAnswer, PushMessage } from '../../../src/push/provider';
import { createUniCloudProvider } from '../../../src/push/unicloud/unicloud';
import { listen, type LocalServer } from '../local-server';
import { sampleMessage } from '../sample-message';
import answers from './more-answers.json';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const ACCEPTED = '{"errCode":0,"data":{"RASS_1":{"our-cid":"successed_online"}}}';

const message = sampleMessage;

let server: LocalServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Pushes once to a function that behaves as `handler` says. */
async function push(
  handler: RequestListener,
  changes: Partial<PushMessage> = {},
  deadlineMs = 5 * SECOND,
): Promise<PushAnswer> {
  server = await listen(handler);
  const provider = createUniCloudProvider({ url: server.url });
  return provider.send({ ...message, ...changes }, AbortSignal.timeout(deadlineMs));
}

function* repeated(chunk: string, times: number): Generator<string> {
  for (let sent = 0; sent < times; sent += 1) yield chunk;
}

const respond =
  (status: number, headers: Record<string, string>, body: string): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

describe('the request', () => {
  test('is one POST for one phone, with everything that uni-push needs to show it', async () => {
    const seen: unknown[] = [];
    await push((request, response) => {
      void text(request).then((body) => {
        seen.push([request.method, request.headers['content-type'], JSON.parse(body)]);
        response.end(ACCEPTED);
      });
    });
    expect(seen).toEqual([
      [
        'POST',
        'application/json',
        {
          push_clientid: 'our-cid',
          appid: 'default',
          title: '快递已签收',
          content: '包裹已送达',
          payload: { notificationId: 'w-1:1:delivered:1:user' },
          force_notification: true,
          request_id: '0123456789abcdef0123456789abcdef',
          category: { harmony: 'EXPRESS', huawei: 'EXPRESS', vivo: 'ORDER' },
          settings: { ttl: 24 * HOUR },
        },
      ],
    ]);
  });

  test('cuts title and content to what uni-push takes, never through a character', async () => {
    const sent: unknown[] = [];
    const handler: RequestListener = (request, response) => {
      void text(request).then((body) => {
        const { title, content } = JSON.parse(body) as PushMessage;
        sent.push(title, content);
        response.end(ACCEPTED);
      });
    };
    await push(handler, { title: '📦'.repeat(30), content: ` ${'𠮷'.repeat(60)}` });
    expect(sent).toEqual([`${'📦'.repeat(18)}…`, `${'𠮷'.repeat(48)}…`]);
  });

  test.each<[string, Partial<PushMessage>]>([
    ['cid is empty', { cid: '' }],
    ['cid is empty', { cid: ' \n' }],
    ['cid is empty', { cid: undefined }],
    ['title is empty', { title: '　' }],
    ['content is empty', { content: '\u200b\t' }],
    ['payload is too long', { messageId: 'x'.repeat(800) }],
  ])('is never made when %s: an empty target would reach every phone', async (words, changes) => {
    let requests = 0;
    const answer = await push((_, response) => {
      requests += 1;
      response.end(ACCEPTED);
    }, changes);
    expect(answer).toEqual({
      class: 'fail',
      reason: 'bad_payload',
      words: `not sent: ${words}`,
      definite: true,
    });
    expect(requests).toBe(0);
  });
});

describe('the answer', () => {
  test.each(answers)('$id', async ({ status, headers, body, expected }) => {
    const answer = await push(
      respond(status, headers, typeof body === 'string' ? body : JSON.stringify(body)),
    );
    expect(answer).toMatchObject(expected);
    expect(answer.retryAfterMs).toBe((expected as Partial<PushAnswer>).retryAfterMs);
  });

  test.each([
    ['retry provider_busy 5000', ['2']],
    ['retry provider_auth_refresh 5000', ['10001']],
    ['fail provider_config -', ['10002', '10004']],
    ['retry rate_limited 60000', ['10003', '10005', '30012', '30013', '30014', '30015', '30018']],
    ['fail bad_payload -', ['20001', '22001', '22002', '23001']],
    ['fail not_in_package -', ['30000', '30001', '30002', '30003', '30005', '30016', '30017']],
    ['fail daily_quota -', ['30004', '30006', '30007', '30008', '30009', '30010', '30011']],
    ['retry provider_busy 10000', ['30019']],
  ])('%s for the documented errors %j, as errCode and as a wrapper’s number', async (verdict, codes) => {
    const bodies = codes.flatMap((code) => [
      { errCode: `uni-cloud-push-error-${code}`, errMsg: '-' },
      { code: Number(code), msg: '-' },
    ]);
    const left = [...bodies];
    server = await listen((_, response) => response.end(JSON.stringify(left.shift())));
    const provider = createUniCloudProvider({ url: server.url });
    for (const body of bodies) {
      const answer = await provider.send(message, AbortSignal.timeout(5 * SECOND));
      const { class: found, reason, retryAfterMs = '-', definite } = answer;
      expect([body, `${found} ${reason} ${retryAfterMs}`, definite]).toEqual([body, verdict, true]);
    }
  });

  test('carries the provider’s code and words, bounded and free of control characters', async () => {
    const body = JSON.stringify({
      errCode: 'uni-cloud-push-error-30019',
      errMsg: `busy\u0000\u001b[2J${'x'.repeat(500)}`,
    });
    const { words } = await push(respond(200, {}, body));
    expect(words).toHaveLength(200);
    expect(words).toMatch(/^uni-cloud-push-error-30019 busy \[2Jx+…$/);
  });

  test('a cid that is the name of an object’s own machinery is just a cid', async () => {
    const answer = await push(respond(200, {}, '{"errCode":0,"data":{"RASS_1":{}}}'), { cid: 'constructor' });
    expect(answer).toMatchObject({ class: 'retry', reason: 'no_target_status' });
  });
});

describe('Retry-After', () => {
  const throttled = '{"success":false,"error":{"code":"Throttling.Api"}}';

  test.each([
    ['more than the table', '120', 120],
    ['less than the table', '1', 1],
    ['no wait at all, of which we make a second', '0', 1],
  ])('in seconds is honoured when it asks for %s', async (_, header, seconds) => {
    expect(await push(respond(400, { 'retry-after': header }, throttled))).toMatchObject({
      class: 'retry',
      retryAfterMs: seconds * SECOND,
    });
  });

  test('as a date is honoured', async () => {
    const date = new Date(Date.now() + 90 * SECOND).toUTCString();
    const { retryAfterMs } = await push(respond(503, { 'retry-after': date }, ''));
    expect(retryAfterMs).toBeGreaterThan(80 * SECOND);
    expect(retryAfterMs).toBeLessThanOrEqual(90 * SECOND);
  });

  test.each(['86400', 'Tue, 31 Dec 2999 23:59:59 GMT', '9'.repeat(400)])(
    'is held to one hour: %s',
    async (header) => {
      expect(await push(respond(429, { 'retry-after': header }, ''))).toMatchObject({ retryAfterMs: HOUR });
    },
  );

  test.each(['-5', '1.5', 'soon', '10 minutes', '2999-12-31T00:00:00Z', '', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    'that is past or unreadable leaves the table’s value: "%s"',
    async (header) => {
      expect(await push(respond(429, { 'retry-after': header }, ''))).toMatchObject({
        retryAfterMs: 60 * SECOND,
      });
    },
  );
});

describe('an answer that does not say what became of the push', () => {
  test.each([
    '',
    '{"ok":true}',
    'null',
    '"done"',
    '{"errCode":0,"data":{"RASS_1":{"another":"successed_online"}}}',
  ])('names what the function lacks: %s', async (body) => {
    expect(await push(respond(200, {}, body))).toMatchObject({
      class: 'retry',
      reason: 'no_target_status',
      unclear: true,
      definite: false,
      words: expect.stringMatching(
        /must return all that sendMessage gave it, and pass request_id on.*HTTP 200/,
      ),
    });
  });

  test.each([
    '<!DOCTYPE html><title>Sign in</title>',
    '\n<html><body>Welcome</body></html>',
    '<?xml version="1.0"?>',
  ])('is none of a function when it is a page: %s', async (body) => {
    expect(await push(respond(200, { 'content-type': 'text/html' }, body))).toMatchObject({
      class: 'retry',
      reason: 'not_a_function',
      unclear: true,
      definite: true,
      words: expect.stringContaining('a web page answers at CLOUD_FUNC_URL, and no function'),
    });
  });

  test.each([
    [301, '<html>moved</html>', 'suspect'],
    [403, '<html>blocked</html>', 'suspect'],
    [404, '<!doctype html>not found', 'suspect'],
    [403, 'wrong secret', 'credential'],
    [404, 'no such function', 'project'],
  ])('is no proof against our settings when it is a page: %d %s', async (status, body, hold) => {
    expect(await push(respond(status, {}, body))).toMatchObject({ class: 'fail', hold });
  });
});

describe('a function that misbehaves', () => {
  test('and never answers is given up at the deadline, without knowing what it did', async () => {
    expect(await push(() => undefined, {}, 200)).toEqual({
      class: 'retry',
      reason: 'timeout',
      words: 'TimeoutError',
      retryAfterMs: 10 * SECOND,
      definite: false,
    });
  });

  test('and stops in the middle of the body is given up at the deadline', async () => {
    const answer = await push((_, response) => response.write(ACCEPTED.slice(0, 20)), {}, 200);
    expect(answer).toMatchObject({ class: 'retry', reason: 'timeout', definite: false });
  });

  test('and hangs up in the middle of the body is tried again', async () => {
    const answer = await push((_, response) => {
      response.writeHead(200, { 'content-length': ACCEPTED.length });
      response.write(ACCEPTED.slice(0, 20), () => response.destroy());
    });
    expect(answer).toMatchObject({ class: 'retry', reason: 'connection_lost', definite: false });
  });

  test('and resets the connection is tried again', async () => {
    const answer = await push((request) => request.socket.resetAndDestroy());
    expect(answer).toMatchObject({
      class: 'retry',
      reason: 'connection_lost',
      words: 'ECONNRESET',
      definite: false,
    });
  });

  test('and listens nowhere is tried again', async () => {
    const gone = await listen(() => undefined);
    await gone.close();
    const answer = await createUniCloudProvider({ url: gone.url }).send(message, AbortSignal.timeout(SECOND));
    expect(answer).toMatchObject({
      class: 'retry',
      reason: 'not_connected',
      words: 'ECONNREFUSED',
      definite: true,
    });
  });

  test('and answers 10 MB is read no further than needed', async () => {
    let reading: Readable | undefined;
    const answer = await push((_, response) => {
      reading = Readable.from(repeated(' '.repeat(64 * 1024), 160));
      pipeline(reading, response, () => undefined);
    });
    expect(answer).toMatchObject({ class: 'retry', reason: 'no_target_status', definite: false });
    await new Promise((resolve) => reading?.once('close', resolve));
    expect(reading?.readableEnded).toBe(false);
  });

  test('and answers bytes that are no text is tried again', async () => {
    const answer = await push((_, response) => response.end(Buffer.from([0xff, 0xfe, 0x00, 0x1b])));
    expect(answer).toMatchObject({ class: 'retry', reason: 'no_target_status', definite: false });
    expect(answer.words).not.toMatch(/\p{Cc}/u);
  });

  test('and nests 30,000 levels deep is tried again', async () => {
    const depth = 30_000;
    const body = `${'{"data":'.repeat(depth / 5)}1${'}'.repeat(depth / 5)}`;
    expect(await push(respond(200, {}, body))).toMatchObject({ class: 'retry' });
    await server?.close();
    expect(await push(respond(200, {}, `${'['.repeat(depth)}${']'.repeat(depth)}`))).toMatchObject({
      class: 'retry',
    });
  });

  test.each([301, 302, 303, 307, 308])('and redirects with %i is not followed', async (status) => {
    let visits = 0;
    const elsewhere = await listen((_, response) => {
      visits += 1;
      response.end(ACCEPTED);
    });
    const answer = await push(respond(status, { location: elsewhere.url }, ''));
    await elsewhere.close();
    expect(answer).toMatchObject({ class: 'fail', reason: 'provider_config', definite: true });
    expect(visits).toBe(0);
  });

  test('is not asked at all when the push was cancelled before', async () => {
    let requests = 0;
    server = await listen((_, response) => {
      requests += 1;
      response.end(ACCEPTED);
    });
    const answer = await createUniCloudProvider({ url: server.url }).send(message, AbortSignal.abort());
    expect(answer).toMatchObject({ class: 'retry', definite: false });
    expect(requests).toBe(0);
  });
});
