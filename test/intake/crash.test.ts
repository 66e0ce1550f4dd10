import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Readable } from 'node:stream';
import { PROJECT_ROOT } from '../../src/project-root';
import { unique, useApiLab } from '../api/api-lab';
import { eventually } from '../setup/processes';

/** Webhooks that are under way at the same time when the process dies. */
const SENDERS = 12;

interface RunningApi {
  readonly url: string;
  readonly child: ChildProcessByStdio<null, Readable, null>;
}

let dataDir: string;
let running: RunningApi | undefined;
const lab = useApiLab();
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-crash-'));
});
afterEach(async () => {
  await kill();
  await rm(dataDir, { recursive: true });
});

async function start(step: string): Promise<RunningApi> {
  const { address: temporalAddress, namespace: temporalNamespace, taskQueue } = lab.temporal;
  const settings = { dataDir, databaseUrl: lab.db.url, temporalAddress, temporalNamespace, taskQueue };
  const child = spawn(
    process.execPath,
    [path.join(PROJECT_ROOT, 'test/intake/crashing-api.cjs'), step, JSON.stringify(settings)],
    { cwd: PROJECT_ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  running = { child, url: '' };
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  running = { child, url: `http://127.0.0.1:${port.toString().trim()}` };
  return running;
}

async function kill(): Promise<void> {
  const child = running?.child;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

/** Sends a webhook; its number if it was acknowledged. */
async function send(url: string): Promise<string | undefined> {
  const trackingNo = `YT${unique()}${unique()}`;
  const scan = { carrier: 'yto', tracking_no: trackingNo, status: 'in_transit', event_text: '运输中' };
  const response = await fetch(`${url}/webhook/express/status`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...scan, event_time: '2026-02-06 10:11:00' }),
  }).catch(() => undefined);
  return response?.status === 200 ? trackingNo : undefined;
}

async function isEmpty(url: string): Promise<boolean> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return /^waybell_journal_waiting 0$/m.test(metrics) && /^waybell_journal_unarchived 0$/m.test(metrics);
}

/** How many runs of a delivery, and archived requests, there are of each waybill. */
async function tracesOf(numbers: readonly string[]): Promise<Record<string, [runs: number, rows: number]>> {
  const { client, taskQueue } = lab.temporal;
  const traces = Object.fromEntries(numbers.map((number) => [number, [0, 0] as [number, number]]));
  for await (const { workflowId } of client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) {
    const trace = traces[workflowId.split('/')[3] ?? ''];
    if (trace) trace[0] += 1;
  }
  const { rows } = await lab.db.pool.query<{ number: string }>(
    `select split_part(unnest(workflow_ids), '/', 4) as number from waybell.webhooks`,
  );
  for (const { number } of rows) {
    const trace = traces[number];
    if (trace) trace[1] += 1;
  }
  return traces;
}

describe('a process that is killed', () => {
  test.each([
    ['while a request is being written', 'appending'],
    ['before a written request is started', 'appended'],
    ['before a started request is marked', 'started'],
    ['before a marked request is archived', 'marked'],
    ['before an archived request leaves the journal', 'archived'],
  ])('%s loses nothing that it acknowledged, and the next one does nothing twice', async (_, step) => {
    const crashing = await start(step);
    const ended = once(crashing.child, 'close');
    const acknowledged: string[] = [];
    // Some one after another, so that there is something acknowledged; then many at once.
    for (let i = 0; i < 3; i += 1) acknowledged.push((await send(crashing.url)) ?? '');
    const many = await Promise.all(Array.from({ length: SENDERS }, () => send(crashing.url)));
    await ended;
    expect(crashing.child.signalCode).toBe('SIGKILL');
    const kept = [...acknowledged, ...many].filter((number) => number !== undefined && number !== '');
    expect(kept.length).toBeGreaterThan(1);

    const { url } = await start('never');
    await eventually(() => isEmpty(url));
    const numbers = kept as string[];
    await eventually(async () => Object.values(await tracesOf(numbers)).every(([runs]) => runs > 0));
    expect(await tracesOf(numbers)).toEqual(Object.fromEntries(numbers.map((number) => [number, [1, 1]])));
  });

  test('again and again, at any moment, loses nothing that it acknowledged', async () => {
    const kept: string[] = [];
    for (let round = 1; round <= 4; round += 1) {
      const { url, child } = await start('never');
      let alive = true;
      const senders = Array.from({ length: SENDERS }, async () => {
        while (alive) {
          const number = await send(url);
          if (number !== undefined) kept.push(number);
        }
      });
      const enough = kept.length + 20 + round * 7;
      await eventually(() => kept.length >= enough);
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
      alive = false;
      await Promise.all(senders);
    }
    const { url } = await start('never');
    await eventually(() => isEmpty(url));
    await eventually(async () => Object.values(await tracesOf(kept)).every(([runs]) => runs > 0));
    expect(await tracesOf(kept)).toEqual(Object.fromEntries(kept.map((number) => [number, [1, 1]])));
  });
});
