import { afterEach, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { sendRequest, type HttpAnswer } from '../../src/push/send-request';
import { listen, type LocalServer } from './local-server';

let server: LocalServer;
const sockets = new Set<Socket>();
afterEach(() => server.close());

async function open(answer: RequestListener): Promise<void> {
  sockets.clear();
  server = await listen((request, response) => {
    sockets.add(request.socket);
    request.resume().once('end', () => answer(request, response));
  });
}

const send = (body = '包裹'): Promise<HttpAnswer> =>
  sendRequest(server.url, { body }, AbortSignal.timeout(30_000));

test('requests one after another go over one connection', async () => {
  await open((_, response) => response.end('{}'));
  for (const body of ['1', '2', '3']) expect(await send(body)).toMatchObject({ status: 200, body: '{}' });
  expect(sockets.size).toBe(1);
});

test('requests at the same time do not wait for each other', async () => {
  const waiting: (() => void)[] = [];
  await open((_, response) => {
    waiting.push(() => response.end());
    if (waiting.length === 20) for (const answer of waiting) answer();
  });
  expect(await Promise.all(Array.from({ length: 20 }, () => send()))).toHaveLength(20);
});

test('an answer may take longer than a connection is kept that nobody uses', async () => {
  await open((_, response) => setTimeout(() => response.end('late'), 4_500));
  expect(await send()).toMatchObject({ body: 'late' });
});

test('the request says who sends it, and how long it is', async () => {
  await open(({ headers }, response) => response.end(JSON.stringify(headers)));
  expect(JSON.parse((await send()).body)).toMatchObject({ 'user-agent': 'waybell', 'content-length': '6' });
});

test('a server that switches protocols has not answered, and nobody waits for it', async () => {
  const switched = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: tls/1.3\r\n\r\n';
  await open(({ socket }) => socket.write(switched));
  await expect(send()).rejects.toThrow('closed without an answer');
});
