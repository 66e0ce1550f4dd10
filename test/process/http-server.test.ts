import { expect, test } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import express from 'express';
import { listen } from '../../src/process/http-server';
import { freePorts } from '../setup/free-port';
import { eventually } from '../setup/processes';
import { use } from '../setup/use';

const server = use(async () => {
  const [port] = await freePorts(1);
  const app = express();
  app.post('/', express.raw({ type: () => true }), (_request, response) => {
    response.send('taken');
  });
  const running = await listen(app, Number(port), '127.0.0.1');
  return { port: Number(port), close: running.stop };
});

async function open(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Sends a little from time to time until the other side has enough of it; milliseconds. */
async function trickle(head: string, piece: string): Promise<number> {
  const socket = await open();
  const closed = once(socket, 'close');
  socket.on('error', () => undefined);
  socket.resume();
  const startedAt = performance.now();
  socket.write(head);
  const timer = setInterval(() => socket.write(piece), 500);
  await closed;
  clearInterval(timer);
  return performance.now() - startedAt;
}

test('one who sends slowly loses the connection: when the head does not come to its end, and when the body does not', async () => {
  const [head, body] = await Promise.all([
    trickle('POST / HTTP/1.1\r\nHost: x\r\n', 'X-A: b\r\n'),
    trickle('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n', 'x'),
  ]);
  expect(head).toBeLessThan(25_000);
  expect(body).toBeLessThan(50_000);
}, 90_000);

test('more connections than a port has are closed at once, and the others go on', async () => {
  const more = await Promise.all(Array.from({ length: 1_050 }, open));
  for (const socket of more) socket.on('error', () => undefined).resume();
  const openOnes = (): Socket[] => more.filter(({ readyState }) => readyState === 'open');
  await eventually(() => openOnes().length <= more.length - 50);
  const answers: string[] = [];
  // One that a busy machine has kept waiting for longer than a port waits for a head is closed as well.
  for (const socket of openOnes().reverse()) {
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    answers.push(answer.toString());
    if (answer.toString().startsWith('HTTP/1.1 200')) break;
  }
  expect(answers.at(-1)).toMatch(/^HTTP\/1\.1 200/);
  for (const socket of more) socket.destroy();
}, 60_000);
