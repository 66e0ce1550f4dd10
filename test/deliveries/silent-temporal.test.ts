import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { loadConfig } from '../../src/config/config';
import { openPool } from '../../src/database/pool';
import { eventually } from '../setup/delivery-lab';
import { openTestIntake } from '../setup/intake';
import { ownEntry, ownUpdate } from '../intake/own-entry';

test('a Temporal that is there and says nothing costs a sender what it is willing to wait, with PostgreSQL away too', async () => {
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

  const send = async (waitMs?: number): Promise<number> => {
    const startedAt = performance.now();
    expect(await own.intake.accept(ownEntry(ownUpdate()), waitMs)).toBeUndefined();
    return performance.now() - startedAt;
  };
  const atOnce = [await send(), await send(), await send()].sort((a, b) => a - b);
  expect(atOnce[0]).toBeLessThan(900);
  const patient = await send(1_000);
  expect(patient).toBeGreaterThan(900);
  expect(patient).toBeLessThan(10_000);
  await eventually(() => Promise.resolve(!own.intake.state().temporalAnswers));
  expect(own.intake.state()).toMatchObject({ waiting: 4, unarchived: 4, temporalAnswers: false });

  await own.close();
  await Promise.all([connection.close(), pool.end()]);
  for (const socket of sockets) socket.destroy();
  await once(silent.close(), 'close');
});
