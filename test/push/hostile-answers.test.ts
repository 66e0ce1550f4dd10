import { afterEach, describe, expect, test } from '@jest/globals';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { pipeline, Readable } from 'node:stream';
import type { PushMessage } from '../../src/push/provider';
import { ACCEPTANCE, goodToken, openStage, PROVIDER_NAMES, type Stage } from './provider-stage';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

/** Ends the connection without a word. */
function reset(request: IncomingMessage | Http2ServerRequest): void {
  if ('stream' in request) request.stream.session?.destroy();
  else request.socket.resetAndDestroy();
}

const respond =
  (status: number, body: string | Buffer): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(body);

const halfOf: RequestListener = (request, response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"errCode":0,"co', () => reset(request));
};

describe.each(PROVIDER_NAMES)('%s', (name) => {
  test.each<[string, RequestListener]>([
    ['hangs up', reset],
    ['hangs up in the middle of its answer', halfOf],
    ['answers bytes that are no text', respond(200, Buffer.from([0xff, 0xfe, 0x00, 0x1b]))],
    ['answers a web page', respond(200, '<html>Welcome to this hotel</html>')],
    ['answers a list', respond(200, '[]')],
    [
      'answers JSON of the wrong shape',
      respond(200, '{"code":"0","errCode":[],"error":7,"data":null,"name":{}}'),
    ],
    ['answers 30,000 levels', respond(200, '['.repeat(30_000))],
    ['is down', respond(503, '')],
    ['is down behind a gateway', respond(504, '<html>Gateway Timeout</html>')],
    ['has too much to do', respond(429, 'slow down')],
  ])('that %s is tried again, and the next push gets through', async (_, misbehave) => {
    let calls = 0;
    stage = await openStage({
      name,
      answer: (request, response) => (calls++ === 0 ? misbehave : ACCEPTANCE[name])(request, response),
    });
    const answer = await stage.push();
    expect(answer).toMatchObject({ class: 'retry' });
    expect(answer.words).not.toMatch(/\p{Cc}/u);
    expect(answer.words.length).toBeLessThanOrEqual(200);
    expect(await stage.push()).toMatchObject({ class: 'accepted', definite: false });
  });

  test('that never answers is given up at the deadline, without knowing what it did', async () => {
    stage = await openStage({ name, answer: () => undefined });
    expect(await stage.push({}, 500)).toMatchObject({ class: 'retry', reason: 'timeout', definite: false });
  });

  test('that stops in the middle of its answer is given up at the deadline', async () => {
    const answer: RequestListener = (_, response) => response.writeHead(200).write('{"errCode"');
    stage = await openStage({ name, answer });
    expect(await stage.push({}, 500)).toMatchObject({ class: 'retry', reason: 'timeout', definite: false });
  });

  test('that answers 10 MB is read no further than needed', async () => {
    let reading: Readable | undefined;
    const answer = (_: IncomingMessage, response: ServerResponse): void => {
      reading = Readable.from(repeated(' '.repeat(64 * 1024), 160));
      pipeline(reading, response, () => undefined);
    };
    stage = await openStage({ name, answer });
    expect(await stage.push()).toMatchObject({ class: 'retry', definite: false });
    await new Promise((resolve) => (reading?.closed ? resolve(null) : reading?.once('close', resolve)));
    expect(reading?.readableEnded).toBe(false);
  });

  test.each([301, 302, 307, 308])('that redirects with %i is not followed', async (status) => {
    stage = await openStage({
      name,
      answer: (_, response) => response.writeHead(status, { location: '/elsewhere' }).end(),
    });
    expect(await stage.push()).toMatchObject({ class: 'fail', reason: 'provider_config', definite: true });
    expect(stage.pushes).toHaveLength(1);
  });

  test('that is not there is tried again, knowing that it took nothing', async () => {
    stage = await openStage({ name, answer: ACCEPTANCE[name] });
    // Its token is had before the server goes away; the connection that is kept breaks first.
    await stage.push();
    await stage.close();
    await stage.push({}, 2_000);
    const answer = await stage.push({}, 2_000);
    expect(answer).toMatchObject({
      class: 'retry',
      reason: 'not_connected',
      words: 'ECONNREFUSED',
      definite: true,
    });
    stage = undefined;
  });

  test.each<[string, Partial<PushMessage>]>([
    ['cid', { cid: '' }],
    ['cid', { cid: ' \n' }],
    ['cid', { cid: undefined }],
    ['title', { title: '　' }],
    ['content', { content: '\u200b\t' }],
  ])('is not asked when the %s is empty', async (field, changes) => {
    stage = await openStage({ name, answer: ACCEPTANCE[name] });
    expect(await stage.push(changes)).toEqual({
      class: 'fail',
      reason: 'bad_payload',
      words: `not sent: ${field} is empty`,
      definite: true,
    });
    expect([...stage.pushes, ...stage.tokens]).toEqual([]);
  });

  test.each([120, 1])('that asks for another time than our table gives gets it: %d s', async (seconds) => {
    stage = await openStage({
      name,
      answer: (_, response) => response.writeHead(503, { 'retry-after': String(seconds) }).end(),
    });
    expect(await stage.push()).toMatchObject({ class: 'retry', retryAfterMs: seconds * 1_000 });
  });

  test('in whose place a page answers with 200 is asked a few times, and no longer', async () => {
    stage = await openStage({ name, answer: (_, response) => response.end('<html>Welcome</html>') });
    expect(await stage.push()).toMatchObject({ class: 'retry', unclear: true });
  });

  test('in whose place a page answers with 404 is not held for one device', async () => {
    stage = await openStage({
      name,
      answer: (_, response) => response.writeHead(404).end('<!DOCTYPE html>Error 404 (Not Found)!!1'),
    });
    const { class: verdict, hold } = await stage.push();
    // To Web Push a 404 is the end of the subscription, whatever is written below it.
    expect([verdict, hold]).toEqual(name === 'webpush' ? ['deactivate', undefined] : ['fail', 'suspect']);
  });

  test('in whose place a page answers the request for a token is asked for one again', async () => {
    stage = await openStage({
      name,
      answer: ACCEPTANCE[name],
      answerToken: (_, response, count) =>
        count === 1 ? response.writeHead(404).end('<html>no</html>') : goodToken(_, response, count),
    });
    const answer = await stage.push();
    // The others need none.
    if (stage.tokens.length > 0)
      expect(answer).toMatchObject({ class: 'retry', reason: 'token_unavailable', definite: true });
  });
});

function* repeated(chunk: string, times: number): Generator<string> {
  for (let sent = 0; sent < times; sent += 1) yield chunk;
}
