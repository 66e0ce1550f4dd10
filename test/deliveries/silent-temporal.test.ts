import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { loadConfig } from '../../src/config/config';
import { openPool } from '../../src/database/pool';
import { openTestIntake } from '../setup/intake';
import { ownEntry, ownUpdate } from '../intake/own-entry';

test('a Temporal that is there and says nothing costs its first sender a second, with PostgreSQL away too', async () => {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const connection = Connection.lazy({ address: `127.0.0.1:${port}` });
  const pool = openPool(`postgresql://nobody@127.0.0.1:${port}/none`, () => undefined);
  const own = await openTestIntake({
    ...loadConfig({}),
    ...{ pool, temporal: new Client({ connection }), log: pino({ level: 'silent' }) },
  });

  const send = async (): Promise<number> => {
    const startedAt = performance.now();
    expect(await own.intake.accept(ownEntry(ownUpdate()))).toBeUndefined();
    return performance.now() - startedAt;
  };
  const first = await send();
  expect(first).toBeGreaterThan(900);
  expect(first).toBeLessThan(10_000);
  const next = [await send(), await send(), await send()].sort((a, b) => a - b);
  expect(next[0]).toBeLessThan(900);
  expect(own.intake.state()).toMatchObject({ waiting: 4, unarchived: 4, temporalAnswers: false });

  await own.close();
  await Promise.all([connection.close(), pool.end()]);
  for (const socket of sockets) socket.destroy();
  await once(silent.close(), 'close');
});
