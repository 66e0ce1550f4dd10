import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { loadConfig } from '../../src/config/config';
import { openPool } from '../../src/database/pool';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../../src/embedded/temporal';
import { prepareNamespace } from '../../temporal/prepare-namespace';
import { type Api, AT_ONCE, serveApi, unique } from '../api/api-lab';
import { requireClosedLedger } from '../setup/closed-ledger';
import { createTestDatabase, type TestDatabase } from '../setup/database';
import { freePorts } from '../setup/free-port';
import { eventually } from '../setup/processes';
import { startTcpProxy, type TcpProxy } from '../setup/tcp-proxy';

const PER_SECOND = 20;
/** How long Temporal is away; seconds. */
const OUTAGE_S = 60;
/** Part of the outage in which PostgreSQL is away too; seconds since its beginning. */
const DATABASE_AWAY_S = [10, 30] as const;
/** What senders wait, but for the few whom a busy machine keeps waiting, and what all wait at most; milliseconds. */
const PATIENCE_MS = 3_000;
const MOST_MS = 10_000;
const NAMESPACE = 'default';

let folder: string;
let db: TestDatabase;
let proxy: TcpProxy;
let temporal: EmbeddedTemporal;
let startTemporal: () => Promise<EmbeddedTemporal>;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-outage-'));
  db = await createTestDatabase();
  const { hostname: host, port: postgresPort } = new URL(db.url);
  proxy = await startTcpProxy({ host, port: Number(postgresPort) });
  const [port, uiPort] = (await freePorts(2)) as [number, number];
  startTemporal = () =>
    startEmbeddedTemporal({ dataDir: folder, port, uiPort, namespace: NAMESPACE, report: () => undefined });
  temporal = await startTemporal();
  const connection = await Connection.connect({ address: temporal.address });
  await prepareNamespace(connection, NAMESPACE);
  await connection.close();
});
afterEach(async () => {
  await temporal.part.stop();
  await proxy.close();
  await db.drop();
  await rm(folder, { recursive: true, force: true });
});

interface Answered {
  readonly trackingNo: string;
  readonly status: number;
  readonly ms: number;
}

async function send(api: Api, prefer = AT_ONCE): Promise<Answered> {
  const trackingNo = `YT${unique()}${unique()}`;
  const json = { carrier: 'yto', tracking_no: trackingNo, status: 'in_transit', event_text: '运输中' };
  const startedAt = performance.now();
  const { status } = await api.call('POST', '/webhook/express/status', {
    json: { ...json, event_time: '2026-02-06 10:11:00' },
    headers: prefer,
  });
  return { trackingNo, status, ms: performance.now() - startedAt };
}

/** The waybills of all deliveries, once for each run. */
async function startedOn(address: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  const numbers: string[] = [];
  for await (const { workflowId } of new Client({ connection, namespace: NAMESPACE }).workflow.list()) {
    if (workflowId.startsWith('delivery/')) numbers.push(workflowId.split('/')[3] ?? '');
  }
  await connection.close();
  return numbers.sort();
}

test('Temporal is away for a minute and PostgreSQL for a part of it: no carrier notices, and nothing is missing', async () => {
  const through = new URL(db.url);
  through.hostname = '127.0.0.1';
  through.port = String(proxy.port);
  const pool = openPool(through.href, () => undefined);
  const connection = Connection.lazy({ address: temporal.address });
  const openedAt = new Date();
  const client = new Client({ connection, namespace: NAMESPACE });
  const api = await serveApi({
    config: loadConfig({}),
    pool,
    temporal: client,
    log: pino({ level: 'silent' }),
  });

  const sent: Promise<Answered>[] = [];
  async function sendFor(seconds: number): Promise<void> {
    const endsAt = performance.now() + seconds * 1_000;
    for (let next = performance.now(); next < endsAt; next += 1_000 / PER_SECOND) {
      await delay(Math.max(0, next - performance.now()));
      sent.push(send(api));
    }
  }

  await sendFor(3);
  await Promise.all([temporal.part.stop(), sendFor(DATABASE_AWAY_S[0])]);
  proxy.cut();
  await sendFor(DATABASE_AWAY_S[1] - DATABASE_AWAY_S[0]);
  proxy.mend();
  await sendFor(OUTAGE_S - DATABASE_AWAY_S[1]);
  expect((await api.call('GET', '/readyz')).json).toMatchObject({ ok: false, temporal: 'error' });
  [temporal] = await Promise.all([startTemporal(), sendFor(5)]);

  const answers = await Promise.all(sent);
  expect(answers.length).toBeGreaterThan(PER_SECOND * OUTAGE_S);
  expect(answers.filter(({ status, ms }) => status !== 200 || ms > MOST_MS)).toEqual([]);
  expect(answers.filter(({ ms }) => ms > PATIENCE_MS).length).toBeLessThan(answers.length / 20);

  await eventually(async () => {
    const { text } = await api.call('GET', '/metrics');
    return /^waybell_journal_waiting 0$/m.test(text) && /^waybell_journal_unarchived 0$/m.test(text);
  }, 120_000);
  const numbers = answers.map(({ trackingNo }) => trackingNo).sort();
  await eventually(async () => (await startedOn(temporal.address)).length >= numbers.length);
  expect(await startedOn(temporal.address)).toEqual(numbers);
  const { rows } = await db.pool.query<{ number: string }>(
    `select split_part(unnest(workflow_ids), '/', 4) as number from waybell.webhooks`,
  );
  expect(rows.map(({ number }) => number).sort()).toEqual(numbers);

  await api.close();
  await requireClosedLedger({ pool: db.pool, temporal: client }, openedAt);
  await connection.close();
  await pool.end();
}, 400_000);

test('Temporal stands still: whoever does not wait for it is answered as always, and nothing is missing', async () => {
  const connection = Connection.lazy({ address: temporal.address });
  const client = new Client({ connection, namespace: NAMESPACE });
  const api = await serveApi({
    config: loadConfig({}),
    pool: db.pool,
    temporal: client,
    log: pino({ level: 'silent' }),
  });
  const openedAt = new Date();
  const answers = [await send(api)];
  process.kill(temporal.part.pid, 'SIGSTOP');
  try {
    // Nobody has found out yet that it does not answer: whoever asked it would wait for five seconds.
    const first = [await send(api), await send(api), await send(api)];
    expect(Math.min(...first.map(({ ms }) => ms))).toBeLessThan(900);
    answers.push(...first, ...(await Promise.all(Array.from({ length: 57 }, () => send(api)))));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect((await api.call('GET', '/metrics')).text).toMatch(/^waybell_journal_waiting 6[01]$/m);
    const waits = await send(api, { prefer: 'wait=1' });
    expect(waits.ms).toBeGreaterThan(900);
    answers.push(waits);
  } finally {
    process.kill(temporal.part.pid, 'SIGCONT');
  }
  await eventually(async () => {
    const { text } = await api.call('GET', '/metrics');
    return (
      /^waybell_journal_waiting 0$/m.test(text) &&
      /^waybell_journal_handover_seconds_count 62$/m.test(text) &&
      /^waybell_journal_handover_seconds_bucket\{le="300"\} 62$/m.test(text)
    );
  }, 120_000);
  const numbers = answers.map(({ trackingNo }) => trackingNo).sort();
  await eventually(async () => (await startedOn(temporal.address)).length >= numbers.length);
  expect(await startedOn(temporal.address)).toEqual(numbers);
  await api.close();
  await requireClosedLedger({ pool: db.pool, temporal: client }, openedAt);
  await connection.close();
}, 400_000);
