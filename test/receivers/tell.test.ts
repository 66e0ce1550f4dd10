import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import path from 'node:path';
import pino from 'pino';
import { createAlarms } from '../../src/alarms';
import { loadConfig } from '../../src/config/config';
import type { Receiver } from '../../src/config/status-webhooks';
import {
  addReceiver,
  listReceivers,
  restartReceiver,
  type ReceiverState,
} from '../../src/database/status-receivers';
import type { DoctorContext } from '../../src/doctor/check';
import { receivers as receiversCheck } from '../../src/doctor/checks/receivers';
import { asPublished } from '../../src/doctor/examine';
import { watchReceivers } from '../../src/doctor/receiver-watch';
import type { Repeated } from '../../src/every';
import { PROJECT_ROOT } from '../../src/project-root';
import { tellReceiver } from '../../src/receivers/tell';
import { verifyStandardWebhook } from '../../src/sources/reading/proof';
import { listen } from '../push/local-server';
import { useDatabase } from '../setup/database';
import { eventually } from '../setup/processes';
import { use } from '../setup/use';

const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;
const PATIENCE_MS = 30_000;
const log = pino({ level: 'silent' });

interface Got {
  readonly path: string;
  readonly id: string;
  readonly number: string;
  readonly isProven: boolean;
  readonly body: { readonly data: Record<string, unknown> };
}

/** A program of the shop, which takes what it is told unless a test says otherwise. */
async function startReceiver() {
  const got: Got[] = [];
  const usual = (response: ServerResponse): void => void response.writeHead(204).end();
  const answers = { next: usual };
  const server = await listen((request, response) => {
    void text(request).then((body) => {
      const parsed = JSON.parse(body) as Got['body'];
      const signed = { headers: request.headers, body: Buffer.from(body) };
      const conditions = { now: Date.now(), toleranceSeconds: 300, lockerSigned: 'delivered' as const };
      got.push({
        path: request.url ?? '',
        id: String(request.headers['webhook-id']),
        number: String(parsed.data['tracking_no']),
        isProven: [SECRET, OLD_SECRET].every(
          (secret) => verifyStandardWebhook(signed as never, [secret], conditions).ok,
        ),
        body: parsed,
      });
      answers.next(response);
    });
  });
  const settings = loadConfig({
    STATUS_WEBHOOKS: `${server.url}/changes#${SECRET};${OLD_SECRET}`,
    STATUS_WEBHOOK_PRIVATE_HOSTS: '127.0.0.1',
  });
  return {
    ...server,
    got,
    receiver: settings.receivers[0] as Receiver,
    answer: (how: (response: ServerResponse) => void = usual) => void (answers.next = how),
    numbers: () => got.map(({ number }) => number),
  };
}

const says =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, headers).end();

describe('a receiver of status changes', () => {
  const db = useDatabase();
  const shop = use(startReceiver);
  const other = use(startReceiver);
  let tellers: Repeated[] = [];

  const tell = (to: Receiver, more: { answerMs?: number; leaseMs?: number } = {}): Repeated => {
    const parts = { pool: db.pool, receiver: to, privateHosts: ['127.0.0.1'], log, intervalMs: 20, ...more };
    const teller = tellReceiver(parts);
    tellers.push(teller);
    return teller;
  };
  const write = (...numbers: string[]) =>
    db.pool.query(
      `insert into waybell.status_changes (waybill_id, order_id, carrier, tracking_no, parcel, status, scanned_at)
       select 'w', 'o', 'yto', number, 1, 'delivered', '2026-02-06T02:11:00Z' from unnest($1::text[]) number`,
      [numbers],
    );
  const stateOf = async ({ id }: Receiver): Promise<ReceiverState> =>
    (await listReceivers(db.pool, [id]))[0] as ReceiverState;
  const known = (...all: Receiver[]): Promise<void> =>
    eventually(
      async () =>
        (
          await listReceivers(
            db.pool,
            all.map(({ id }) => id),
          )
        ).length === all.length,
      PATIENCE_MS,
    );
  const told = (count: number, by = shop): Promise<void> =>
    eventually(() => by.got.length >= count, PATIENCE_MS);
  const failed = (times: number): Promise<void> =>
    eventually(async () => (await stateOf(shop.receiver)).failures >= times, PATIENCE_MS);
  /** As if its time to be asked again had come. */
  const hurry = () =>
    db.pool.query(`update waybell.status_receivers set next_at = now(), leased_until = '-infinity'`);

  const watchAlarms = () => {
    const alarms = createAlarms(log);
    const watched = { pool: db.pool, receivers: [shop.receiver], alarms };
    tellers.push(watchReceivers({ ...watched, log, intervalMs: 20 }));
    return alarms;
  };
  /** What the doctor says of it. */
  const examine = async () => {
    const [seen] = await receiversCheck.run({
      config: { ...loadConfig({}), receivers: [shop.receiver] },
      database: () => Promise.resolve({ url: db.url, pool: db.pool }),
      clock: Date.now,
    } as unknown as DoctorContext);
    return seen && asPublished(seen);
  };

  beforeEach(async () => {
    await db.pool.query('truncate waybell.status_changes, waybell.status_receivers');
    for (const one of [shop, other]) {
      one.got.length = 0;
      one.answer();
    }
  });
  afterEach(async () => {
    await Promise.all(tellers.map((teller) => teller.stop()));
    tellers = [];
  });

  test('is told what is written from then on, once and in order, signed with each secret, by several processes', async () => {
    await write('BEFORE');
    for (let i = 0; i < 3; i += 1) tell(shop.receiver);
    await known(shop.receiver);
    const numbers = Array.from({ length: 30 }, (_, i) => `N${i}`);
    for (const number of numbers) await write(number);
    await told(30);
    expect(shop.numbers()).toEqual(numbers);
    expect(shop.got.every(({ isProven }) => isProven)).toBe(true);
    expect(new Set(shop.got.map(({ id }) => id)).size).toBe(30);
    const { rows } = await db.pool.query<{ id: string }>(
      `select 'msg_' || id as id from waybell.status_changes where tracking_no = 'N0'`,
    );
    expect(shop.got[0]).toMatchObject({
      path: '/changes',
      id: rows[0]?.id,
      body: {
        type: 'waybell.status_changed',
        data: {
          ...{ waybill_id: 'w', order_id: 'o', carrier: 'yto', tracking_no: 'N0', parcel: 1 },
          ...{ status: 'delivered', scanned_at: '2026-02-06T02:11:00.000Z' },
        },
      },
    });
  });

  test.each([
    ['fails', says(500), 'HTTP 500'],
    ['redirects', says(307, { location: '/elsewhere' }), 'HTTP 307: a redirect is not followed'],
    ['hangs', () => undefined, 'no answer within 0.2 s'],
    [
      'hangs in the middle of its answer',
      (response: ServerResponse) => void response.write('a'),
      'no answer within 0.2 s',
    ],
    ['hangs up', (response: ServerResponse) => void response.destroy(), 'socket hang up'],
  ])('that %s is asked again with the same id, and nothing passes it', async (_, how, words) => {
    shop.answer(how);
    tell(shop.receiver, { answerMs: 200 });
    await known(shop.receiver);
    await write('HARD', 'AFTER');
    await failed(1);
    expect(await stateOf(shop.receiver)).toMatchObject({ failures: 1, words, waiting: 2 });
    shop.answer();
    await hurry();
    await told(3);
    expect(shop.numbers()).toEqual(['HARD', 'HARD', 'AFTER']);
    expect(shop.got[1]?.id).toBe(shop.got[0]?.id);
    await eventually(async () => (await stateOf(shop.receiver)).waiting === 0, PATIENCE_MS);
    expect(await stateOf(shop.receiver)).toMatchObject({ failures: 0, failingSince: null, words: '' });
  });

  test('that is slow holds up no other', async () => {
    shop.answer(() => undefined);
    tell(shop.receiver, { answerMs: 20_000 });
    tell(other.receiver);
    await known(shop.receiver, other.receiver);
    await write('A', 'B', 'C');
    await told(3, other);
    await told(1);
    expect([other.numbers(), shop.numbers()]).toEqual([['A', 'B', 'C'], ['A']]);
  });

  test('that wants no more is asked no more, which is an alarm, and goes on where it was when a person says so', async () => {
    shop.answer(says(410));
    tell(shop.receiver);
    await known(shop.receiver);
    await write('LAST', 'LATER');
    await failed(1);
    await hurry();
    const alarms = watchAlarms();
    await eventually(() => alarms.active().length > 0, PATIENCE_MS);
    expect(alarms.raised()).toMatchObject([{ name: 'receiver-refuses', subject: shop.receiver.id }]);
    expect(await examine()).toMatchObject({
      level: 'problem',
      fix: expect.stringContaining('waybell receivers restart'),
    });
    expect(shop.numbers()).toEqual(['LAST']);
    shop.answer();
    await restartReceiver(db.pool, shop.receiver.id, null);
    await told(3);
    expect(shop.numbers()).toEqual(['LAST', 'LAST', 'LATER']);
    await eventually(() => alarms.active().length === 0, PATIENCE_MS);
  });

  test('that nobody tells, or that is too slow, is an alarm when a change has waited for an hour', async () => {
    await addReceiver(db.pool, shop.receiver.id);
    await write('WAITS');
    const alarms = watchAlarms();
    const age = (minutes: number) =>
      db.pool.query(`update waybell.status_changes set written_at = now() - $1 * interval '1 minute'`, [
        minutes,
      ]);
    await age(59);
    expect(await examine()).toMatchObject({ level: 'ok' });
    expect(alarms.raised()).toEqual([]);
    await age(61);
    await eventually(() => alarms.active().length > 0, PATIENCE_MS);
    expect(alarms.raised()).toMatchObject([
      { name: 'receiver-refuses', sentence: expect.stringContaining('is behind: a change of') },
    ]);
    expect(await examine()).toMatchObject({ level: 'warning' });
  });

  test('is told again what it has lost, and spared what it will never take, from the position that a person names', async () => {
    tell(shop.receiver);
    await known(shop.receiver);
    await write('A', 'B');
    await told(2);
    await eventually(async () => (await stateOf(shop.receiver)).waiting === 0, PATIENCE_MS);
    const { position } = await stateOf(shop.receiver);
    expect(await restartReceiver(db.pool, shop.receiver.id, position - 2)).toBe(position - 2);
    await told(4);
    expect(shop.numbers()).toEqual(['A', 'B', 'A', 'B']);
    // Beyond all that is written nothing would be told for long.
    expect(await restartReceiver(db.pool, shop.receiver.id, position + 1_000)).toBe(position);
  });

  test('inside the network is not asked, where it is not named', async () => {
    const { hostname, port } = new URL(shop.url);
    const parts = { pool: db.pool, receiver: { ...shop.receiver, url: `http://localhost:${port}/` }, log };
    expect(hostname).toBe('127.0.0.1');
    tellers.push(tellReceiver({ ...parts, privateHosts: [], intervalMs: 20 }));
    await known(shop.receiver);
    await write('INSIDE');
    await failed(1);
    expect((await stateOf(shop.receiver)).words).toBe('the host has a private address');
    expect(shop.got).toEqual([]);
  });

  test('hears all of it, though the process that tells it is killed in the middle of a request', async () => {
    const settings = { databaseUrl: db.url, receiver: shop.receiver, leaseMs: 1_500 };
    const child = spawn(
      process.execPath,
      [path.join(PROJECT_ROOT, 'test/receivers/killed-teller.cjs'), JSON.stringify(settings)],
      { cwd: PROJECT_ROOT, stdio: ['pipe', 'ignore', 'inherit'] },
    );
    await known(shop.receiver);
    shop.answer((response) => {
      if (shop.got.length < 3) return void response.writeHead(204).end();
      // It has what it was told, and nobody hears that it has.
      shop.answer();
      child.kill('SIGKILL');
    });
    await write('A', 'B', 'C', 'D');
    await once(child, 'close');
    tell(shop.receiver, { leaseMs: 1_500 });
    await told(5);
    expect(shop.numbers()).toEqual(['A', 'B', 'C', 'C', 'D']);
    expect(shop.got[3]?.id).toBe(shop.got[2]?.id);
  });
});
