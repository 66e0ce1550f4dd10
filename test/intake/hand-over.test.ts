import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { createHandOver, type HandOver } from '../../src/intake/hand-over';
import { openJournal, type Journal } from '../../src/intake/journal';
import type { JournalEntry } from '../../src/intake/journal-entry';
import type { HandedOver } from '../../src/intake/waiting-senders';
import { eventually } from '../setup/processes';
import { keepAsEarlierVersion } from './earlier-version';
import { ownEntry, ownUpdate } from './own-entry';
import { ownTemporal, type OwnTemporal } from './own-temporal';

const ROOM = 64 * 1024 * 1024;
/** Longer than any of these tests needs. */
const LONG_MS = 60_000;
/** What is started from memory at once, of one sender and of all, and what is from the journal. */
const [OF_ONE, OF_ALL, FROM_JOURNAL] = [50, 200, 16];

let folder: string;
let journal: Journal;
let temporal: OwnTemporal;
let handOver: HandOver;
let took: number[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-hand-over-'));
  temporal = ownTemporal();
  took = [];
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
  handOver = createHandOver({
    journal,
    start: temporal.start,
    took: (ms) => took.push(ms),
    log: pino({ level: 'silent' }),
  });
}

async function close(): Promise<void> {
  await handOver.stop();
  await journal.close();
}

const numbersOf = (entries: readonly JournalEntry[]): string[] =>
  entries.flatMap(({ deliveries }) => deliveries.map(({ update }) => update.trackingNo));
const allHandedOver = (): Promise<void> => eventually(() => journal.state().waiting === 0);

/** As a sender who waits for nothing but the disk. */
const keep = async (entry: JournalEntry): Promise<void> => {
  expect(await handOver.append(entry, 0, () => undefined)).toBeUndefined();
};
/** As a sender who waits for Temporal. */
const ask = (entry: JournalEntry, waitMs = LONG_MS): Promise<HandedOver | undefined> =>
  handOver.append(entry, waitMs, () => undefined);

async function keepAll(count: number): Promise<JournalEntry[]> {
  const entries = Array.from({ length: count }, () => ownEntry(ownUpdate()));
  for (const entry of entries) await keep(entry);
  return entries;
}

const from = (channel: string, count: number): JournalEntry => ({
  ...ownEntry(...Array.from({ length: count }, () => ownUpdate())),
  channel,
});

describe('while Temporal answers', () => {
  test('every update is started behind the answer, which waits for the disk alone', async () => {
    const release = temporal.hold();
    let told = 0;
    const entry = ownEntry(ownUpdate(), ownUpdate(), ownUpdate());
    expect(await handOver.append(entry, 0, () => (told += 1))).toBeUndefined();
    expect(told).toBe(0);
    await eventually(() => temporal.asked === 3);
    expect({ told, started: temporal.started, took }).toEqual({ told: 1, started: [], took: [] });
    release();
    await allHandedOver();
    expect(temporal.started).toEqual(numbersOf([entry]));
    expect(journal.state()).toMatchObject({ waiting: 0, unarchived: 1 });
    expect(took).toEqual([expect.any(Number)]);
  });

  test('who waits is told the runs, and what was there before', async () => {
    const entry = ownEntry(ownUpdate(), ownUpdate());
    const [one = '', other = ''] = numbersOf([entry]);
    const runOf = (number: string) => ({ workflowId: number, runId: `run of ${number}`, duplicate: false });
    expect(await ask(entry)).toEqual([runOf(one), runOf(other)]);
    const third = ownUpdate();
    expect(await ask(ownEntry(ownUpdate(one), third))).toEqual([
      { workflowId: one, runId: undefined, duplicate: true },
      runOf(third.trackingNo),
    ]);
    expect(await ask(ownEntry())).toEqual([]);
    await allHandedOver();
  });

  test('who waits in vain is told so in time, and the delivery starts all the same', async () => {
    const release = temporal.hold();
    const entry = ownEntry(ownUpdate());
    expect(await ask(entry, 20)).toBeUndefined();
    expect(handOver.temporalAnswers).toBe(true);
    release();
    await allHandedOver();
    expect(temporal.started).toEqual(numbersOf([entry]));
  });

  test('a request with many updates is started in turns, and who waits for it is told of all', async () => {
    const entry = ownEntry(...Array.from({ length: 51 }, () => ownUpdate()));
    expect((await ask(entry))?.map(({ workflowId }) => workflowId)).toEqual(numbersOf([entry]));
    expect(temporal.started).toEqual(numbersOf([entry]));
    await allHandedOver();
  });

  test('a flood is answered by the journal, and started too', async () => {
    const release = temporal.hold();
    const entries = await keepAll(2 * OF_ONE);
    await eventually(() => temporal.asked === OF_ONE + FROM_JOURNAL);
    await delay(300);
    expect(temporal.asked).toBe(OF_ONE + FROM_JOURNAL);
    release();
    await allHandedOver();
    expect(temporal.started.sort()).toEqual(numbersOf(entries).sort());
    expect(took).toHaveLength(entries.length);
  });

  test('a request that Temporal refuses holds up no other, and is tried again half a minute later', async () => {
    const refused = ownEntry(ownUpdate(), ownUpdate());
    const [bad = '', good = ''] = numbersOf([refused]);
    temporal.refuses.add(bad);
    // Who waits for it waits no longer than that.
    expect(await ask(refused)).toBeUndefined();
    const entries = await keepAll(3);
    await eventually(() => journal.state().waiting === 1);
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

describe('the mark that Temporal has a request', () => {
  test('keeps nobody waiting, and nothing is started again while it is being written', async () => {
    let write = (): void => undefined;
    const marked = new Promise<void>((resolve) => (write = resolve));
    const mark = jest.spyOn(journal, 'markHandedOver').mockReturnValue(marked);
    const entries = Array.from({ length: 3 * OF_ONE }, () => ownEntry(ownUpdate()));
    expect((await Promise.all(entries.map((entry) => ask(entry)))).flat()).toHaveLength(entries.length);
    await delay(600);
    expect(temporal.asked).toBe(entries.length);
    write();
    mark.mockRestore();
    await Promise.all(entries.map(({ id }) => journal.markHandedOver(id)));
  });

  test('is tried again where the disk refuses it, and what was started stays started once', async () => {
    jest.spyOn(journal, 'markHandedOver').mockRejectedValueOnce(new Error('no space left on device'));
    const entry = ownEntry(ownUpdate());
    expect(await ask(entry)).toMatchObject([{ duplicate: false }]);
    await keepAll(3);
    await eventually(() => journal.state().waiting === 1);
    const now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now + 30_001);
    await allHandedOver();
    expect(temporal.started).toHaveLength(4);
  });
});

describe('senders take turns', () => {
  test('one that floods delays nobody: the few of another are started at once', async () => {
    const release = temporal.hold();
    const loud = Array.from({ length: 4 * OF_ONE }, () => from('loud', 1));
    for (const entry of loud) await keep(entry);
    await eventually(() => temporal.asked === OF_ONE + FROM_JOURNAL);
    for (let i = 0; i < 3; i += 1) await keep(from('quiet', 1));
    // While nothing of the flood has got through.
    await eventually(() => temporal.asked === OF_ONE + FROM_JOURNAL + 3);
    release();
    await allHandedOver();
    expect(temporal.started).toHaveLength(loud.length + 3);
  });

  test('where several flood, the few of another wait for their turn alone', async () => {
    const release = temporal.hold();
    for (let i = 0; i < 80; i += 1) for (const channel of ['a', 'b', 'c', 'd']) await keep(from(channel, 1));
    await eventually(() => temporal.asked === OF_ALL + FROM_JOURNAL);
    const quiet = [from('quiet', 1), from('quiet', 1)];
    for (const entry of quiet) await keep(entry);
    release();
    await allHandedOver();
    const turns = numbersOf(quiet).map((number) => temporal.started.indexOf(number));
    expect(Math.max(...turns)).toBeLessThan(OF_ALL + 3 * FROM_JOURNAL);
    expect(temporal.started).toHaveLength(322);
  });

  test('thousands of waybills of one let the few of another through, and are all started', async () => {
    const release = temporal.hold();
    const loud = Array.from({ length: 4 }, () => from('loud', 500));
    for (const entry of loud) await keep(entry);
    const quiet = from('quiet', 51);
    await keep(quiet);
    release();
    await allHandedOver();
    expect(temporal.started.sort()).toEqual(numbersOf([...loud, quiet]).sort());
    expect(temporal.asked).toBe(2_051);
  });

  test('the last of the few is through long before the many are', async () => {
    temporal.mode = 'away';
    const loud = Array.from({ length: 300 }, () => from('loud', 1));
    const quiet = Array.from({ length: 3 }, () => from('quiet', 1));
    for (const entry of [...loud, ...quiet]) await keep(entry);
    await eventually(() => !handOver.temporalAnswers);
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
    await keep(entry);
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
  test('no sender waits, an outage is no storm of attempts, and all is started after it, the oldest first', async () => {
    temporal.mode = 'away';
    const kept = await keepAll(1);
    await eventually(() => !handOver.temporalAnswers);
    kept.push(...(await keepAll(41)));
    const waits = ownEntry(ownUpdate());
    const told = ask(waits);
    await delay(1_000);
    expect(temporal.started).toEqual([]);
    expect(journal.state()).toMatchObject({ waiting: 43, oldestAt: kept[0]?.receivedAt });
    // One request at a time is the probe.
    expect(temporal.asked).toBeLessThan(15);

    temporal.mode = 'answers';
    await allHandedOver();
    expect(handOver.temporalAnswers).toBe(true);
    // The probe that is answered comes before them, whichever it is.
    const [probe, ...others] = temporal.started;
    expect(others).toEqual(numbersOf([...kept, waits]).filter((number) => number !== probe));
    expect(await told).toMatchObject([{ duplicate: false }]);
  });

  test('who waits is not told of a duplicate that may be of a try before, which went without an answer', async () => {
    temporal.mode = 'away';
    const entry = ownEntry(ownUpdate());
    const told = ask(entry);
    await eventually(() => !handOver.temporalAnswers);
    temporal.started.push(...numbersOf([entry]));
    temporal.mode = 'answers';
    expect(await told).toEqual([
      { workflowId: numbersOf([entry])[0], runId: undefined, duplicate: undefined },
    ]);
    await allHandedOver();
  });

  test('what it refuses for ever does not keep the rest from it once it is back', async () => {
    temporal.mode = 'away';
    const refused = await keepAll(40);
    for (const number of numbersOf(refused)) temporal.refuses.add(number);
    const good = await keepAll(40);
    temporal.mode = 'answers';
    await eventually(() => journal.state().waiting === refused.length);
    expect(temporal.started.sort()).toEqual(numbersOf(good).sort());
    expect(handOver.temporalAnswers).toBe(true);
    expect(await ask(ownEntry(ownUpdate()))).toHaveLength(1);
    await eventually(() => journal.state().waiting === refused.length);
  });

  test('what only a part of it would take does not keep the rest from it once the others are back', async () => {
    temporal.mode = 'away';
    // More than are started at once.
    const lacking = await keepAll(20);
    for (const number of numbersOf(lacking)) temporal.lacks.add(number);
    const good = await keepAll(60);
    temporal.mode = 'answers';
    await eventually(() => journal.state().waiting === lacking.length);
    expect(temporal.started.sort()).toEqual(numbersOf(good).sort());
    temporal.lacks.clear();
    await allHandedOver();
    expect(temporal.started.sort()).toEqual(numbersOf([...lacking, ...good]).sort());
  });

  test('what is kept is started by the next process, and what was started is known to it', async () => {
    temporal.mode = 'away';
    const entries = await keepAll(20);
    const both = ownEntry(ownUpdate(), ownUpdate());
    await keep(both);
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

test('a stop waits for what is under way, and tells who waits for more that nothing comes', async () => {
  const release = temporal.hold();
  const entries = await keepAll(2 * OF_ONE);
  const told = ask(ownEntry(ownUpdate()));
  await eventually(() => temporal.asked === OF_ONE + FROM_JOURNAL);
  const closing = close();
  expect(await told).toBeUndefined();
  release();
  await closing;
  expect(temporal.started).toHaveLength(OF_ONE + FROM_JOURNAL);
  await open();
  expect(journal.state().waiting).toBe(entries.length + 1 - OF_ONE - FROM_JOURNAL);
  await allHandedOver();
  expect(temporal.asked).toBe(entries.length + 1);
});

test('a stop in the middle of everything loses nothing that was taken', async () => {
  temporal.mode = 'away';
  const kept = await keepAll(30);
  const accepted = [...kept];
  temporal.mode = 'answers';
  const release = temporal.hold();
  const { asked } = temporal;
  const arriving = Array.from({ length: 50 }, async () => {
    const entry = ownEntry(ownUpdate());
    await keep(entry);
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
