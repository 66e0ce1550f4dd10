import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { createHandOver, type HandOver } from '../../src/intake/hand-over';
import { openJournal, type Journal } from '../../src/intake/journal';
import type { JournalEntry } from '../../src/intake/journal-entry';
import type { StartedDelivery } from '../../src/deliveries/start';
import { eventually } from '../setup/processes';
import { keepAsEarlierVersion } from './earlier-version';
import { ownEntry, ownUpdate } from './own-entry';
import { ownTemporal, type OwnTemporal } from './own-temporal';

const ROOM = 64 * 1024 * 1024;
/** Far above what a journal needs, far below the second that a sender waits for Temporal. */
const AT_ONCE_MS = 600;

let folder: string;
let journal: Journal;
let temporal: OwnTemporal;
let handOver: HandOver;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-hand-over-'));
  temporal = ownTemporal();
  await open();
});
afterEach(async () => {
  jest.restoreAllMocks();
  expect(temporal.twiceAtOnce).toEqual([]);
  await close();
  await rm(folder, { recursive: true });
});

async function open(): Promise<void> {
  journal = await openJournal(folder, ROOM);
  handOver = createHandOver({ journal, start: temporal.start, log: pino({ level: 'silent' }) });
}

async function close(): Promise<void> {
  await handOver.stop();
  await journal.close();
}

const numbersOf = (entries: readonly JournalEntry[]): string[] =>
  entries.flatMap(({ deliveries }) => deliveries.map(({ update }) => update.trackingNo));
const allHandedOver = (): Promise<void> => eventually(() => journal.state().waiting === 0);

async function timed(entry: JournalEntry): Promise<{ ms: number; started: StartedDelivery[] | undefined }> {
  const startedAt = performance.now();
  const started = await handOver.appendAndStart(entry);
  return { ms: performance.now() - startedAt, started };
}

async function acceptAll(count: number): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (let i = 0; i < count; i += 1) {
    const entry = ownEntry(ownUpdate());
    await handOver.appendAndStart(entry);
    entries.push(entry);
  }
  return entries;
}

describe('while Temporal answers', () => {
  test('every update is started while its sender waits, and nothing is left to do', async () => {
    const entry = ownEntry(ownUpdate(), ownUpdate(), ownUpdate());
    const numbers = numbersOf([entry]);
    expect(await handOver.appendAndStart(entry)).toEqual(
      numbers.map((number) => ({ workflowId: number, runId: `run of ${number}` })),
    );
    expect(temporal.started).toEqual(numbers);
    expect(journal.state()).toMatchObject({ waiting: 0, unarchived: 1 });
    expect(await handOver.appendAndStart(ownEntry())).toEqual([]);
  });

  test('a request with more updates than a sender can wait for is started in the background', async () => {
    const entry = ownEntry(...Array.from({ length: 51 }, () => ownUpdate()));
    const release = temporal.hold();
    expect(await handOver.appendAndStart(entry)).toBeUndefined();
    // It did not wait for Temporal, which would look silent by now.
    expect(handOver.temporalAnswers).toBe(true);
    release();
    await allHandedOver();
    expect(temporal.started.sort()).toEqual(numbersOf([entry]).sort());
  });

  test('a flood is answered by the journal, and started too', async () => {
    const release = temporal.hold();
    const entries = Array.from({ length: 260 }, () => ownEntry(ownUpdate()));
    let answered = 0;
    const answers = entries.map(async (entry) => {
      const started = await handOver.appendAndStart(entry);
      answered += 1;
      return started;
    });
    await eventually(() => answered === 60);
    expect(temporal.asked).toBe(200);
    release();
    expect((await Promise.all(answers)).filter((started) => started === undefined)).toHaveLength(60);
    await allHandedOver();
    expect(temporal.started.sort()).toEqual(numbersOf(entries).sort());
  });

  test('a request that Temporal refuses holds up no other, and is tried again half a minute later', async () => {
    const refused = ownEntry(ownUpdate(), ownUpdate());
    const [bad = '', good = ''] = numbersOf([refused]);
    temporal.refuses.add(bad);
    expect(await handOver.appendAndStart(refused)).toBeUndefined();
    const entries = await acceptAll(3);
    expect(temporal.started).toEqual([good, ...numbersOf(entries)]);
    expect(handOver.temporalAnswers).toBe(true);

    const { asked } = temporal;
    await delay(1_000);
    expect({ asked: temporal.asked, waiting: journal.state().waiting }).toEqual({ asked, waiting: 1 });

    temporal.refuses.clear();
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 30_001);
    await allHandedOver();
    expect(temporal.started).toContain(bad);
  });
});

describe('senders take turns', () => {
  const from = (channel: string, count: number): JournalEntry => ({
    ...ownEntry(...Array.from({ length: count }, () => ownUpdate())),
    channel,
  });

  test('thousands of waybills of one let the few of another through, and are all started', async () => {
    const release = temporal.hold();
    const loud = Array.from({ length: 4 }, () => from('loud', 500));
    for (const entry of loud) expect(await handOver.appendAndStart(entry)).toBeUndefined();
    // Too many for its sender to wait, so that it goes the same way.
    const quiet = from('quiet', 51);
    expect(await handOver.appendAndStart(quiet)).toBeUndefined();
    release();
    await allHandedOver();
    expect(temporal.started.sort()).toEqual(numbersOf([...loud, quiet]).sort());
    expect(temporal.asked).toBe(2_051);
  });

  test('the last of the few is through long before the many are', async () => {
    temporal.mode = 'away';
    const loud = Array.from({ length: 300 }, () => from('loud', 1));
    const quiet = Array.from({ length: 3 }, () => from('quiet', 1));
    for (const entry of [...loud, ...quiet]) await handOver.appendAndStart(entry);
    temporal.mode = 'answers';
    await allHandedOver();
    const turns = numbersOf(quiet).map((number) => temporal.started.indexOf(number));
    expect(Math.max(...turns)).toBeLessThan(30);
    // Each sender's own stay in their order; a probe comes before.
    const ofLoud = temporal.started.filter((number) => numbersOf(loud).includes(number)).slice(1);
    expect(ofLoud).toEqual(numbersOf(loud).filter((number) => ofLoud.includes(number)));
  });

  test('a refused waybill keeps none of the same request from being started', async () => {
    const entry = from('loud', 60);
    const [bad = ''] = numbersOf([entry]);
    temporal.refuses.add(bad);
    await handOver.appendAndStart(entry);
    await eventually(() => temporal.started.length === 59);
    expect(journal.state().waiting).toBe(1);
    temporal.refuses.clear();
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 30_001);
    await allHandedOver();
    expect(temporal.started).toContain(bad);
  });
});

describe('while Temporal is away', () => {
  test('one sender waits a second, the next ones not at all; all is started after it, the oldest first', async () => {
    temporal.mode = 'silent';
    const first = ownEntry(ownUpdate());
    const { ms, started } = await timed(first);
    expect(started).toBeUndefined();
    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(10_000);
    expect(handOver.temporalAnswers).toBe(false);

    const startedAt = performance.now();
    const next = await acceptAll(40);
    expect(performance.now() - startedAt).toBeLessThan(40 * AT_ONCE_MS);
    const last = await acceptAll(1);
    expect(temporal.started).toEqual([]);
    expect(journal.state()).toMatchObject({ waiting: 42, oldestAt: first.receivedAt });
    // One request is the probe: an outage is no storm of attempts.
    expect(temporal.asked).toBeLessThan(10);

    temporal.mode = 'answers';
    await allHandedOver();
    expect(handOver.temporalAnswers).toBe(true);
    // The probe that is answered comes before them, whichever it is.
    const [probe, ...others] = temporal.started;
    expect(others).toEqual(numbersOf([first, ...next, ...last]).filter((number) => number !== probe));
    expect(await handOver.appendAndStart(ownEntry(ownUpdate()))).toMatchObject([
      { runId: expect.any(String) },
    ]);
  });

  test('what it refuses for ever does not keep the rest from it once it is back', async () => {
    temporal.mode = 'away';
    const refused = await acceptAll(40);
    for (const number of numbersOf(refused)) temporal.refuses.add(number);
    const good = await acceptAll(40);
    temporal.mode = 'answers';
    await eventually(() => journal.state().waiting === refused.length);
    expect(temporal.started.sort()).toEqual(numbersOf(good).sort());
    expect(handOver.temporalAnswers).toBe(true);
    expect(await handOver.appendAndStart(ownEntry(ownUpdate()))).toHaveLength(1);
  });

  test('what only a part of it would take does not keep the rest from it once the others are back', async () => {
    temporal.mode = 'away';
    // More than are started at once.
    const lacking = await acceptAll(20);
    for (const number of numbersOf(lacking)) temporal.lacks.add(number);
    const good = await acceptAll(60);
    temporal.mode = 'answers';
    await eventually(() => journal.state().waiting === lacking.length);
    expect(temporal.started.sort()).toEqual(numbersOf(good).sort());
    temporal.lacks.clear();
    await allHandedOver();
    expect(temporal.started.sort()).toEqual(numbersOf([...lacking, ...good]).sort());
  });

  test('what is kept is started by the next process, and what was started is known to it', async () => {
    temporal.mode = 'away';
    const entries = await acceptAll(20);
    const both = ownEntry(ownUpdate(), ownUpdate());
    await handOver.appendAndStart(both);
    await close();
    temporal.started.push(numbersOf([both])[0] ?? '');
    temporal.mode = 'answers';
    await open();
    expect(journal.state().waiting).toBe(21);
    await allHandedOver();
    expect(temporal.started.sort()).toEqual(numbersOf([...entries, both]).sort());
  });
});

test('what an earlier version has kept is handed over after an upgrade', async () => {
  await close();
  await keepAsEarlierVersion(folder);
  await open();
  await allHandedOver();
  expect(temporal.started).toEqual(['YT1234']);
  expect(journal.state()).toMatchObject({ waiting: 0, unarchived: 1 });
});

test('a stop in the middle of everything loses nothing that was taken', async () => {
  temporal.mode = 'away';
  const kept = await acceptAll(30);
  const accepted = [...kept];
  temporal.mode = 'answers';
  const release = temporal.hold();
  const { asked } = temporal;
  const arriving = Array.from({ length: 50 }, async () => {
    const entry = ownEntry(ownUpdate());
    await handOver.appendAndStart(entry);
    accepted.push(entry);
  });
  await eventually(() => temporal.asked > asked);
  const closing = close();
  release();
  await Promise.allSettled([...arriving, closing]);

  await open();
  await allHandedOver();
  expect(temporal.started.filter((number) => numbersOf(accepted).includes(number)).sort()).toEqual(
    numbersOf(accepted).sort(),
  );
});
