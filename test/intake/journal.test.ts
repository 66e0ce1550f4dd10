import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { splitTexts } from '../../src/deliveries/split-texts';
import { deliveryOf, type Delivery, type ReadDelivery } from '../../src/deliveries/workflow-id';
import { JournalFullError, openJournal, readJournal, type Journal } from '../../src/intake/journal';
import { journalId, type JournalEntry } from '../../src/intake/journal-entry';
import { openJournalStore } from '../../src/intake/journal-store';
import { EARLIER_ID, EARLIER_WORKFLOW_ID, keepAsEarlierVersion } from './earlier-version';

const ROOM = 64 * 1024 * 1024;
const RECEIVED_AT = Date.UTC(2026, 2, 2, 10, 20);

const UPDATE = { source: 'kuaidi100', carrier: 'yto', trackingNo: 'YT1234', events: [] };

const entry = (change: Partial<JournalEntry> = {}): JournalEntry => ({
  id: journalId(change.receivedAt ?? RECEIVED_AT),
  receivedAt: RECEIVED_AT,
  source: 'kuaidi100',
  channel: 'main',
  mediaType: 'application/x-www-form-urlencoded',
  body: Buffer.from([0x00, 0xff, 0x25]),
  deliveries: [deliveryOf(UPDATE)],
  flaws: [],
  ...change,
});

/** What of a delivery Temporal is given. */
const travelling = ({ workflowId, update }: ReadDelivery): Delivery => ({ workflowId, update });

let folder: string;
let journal: Journal;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-journal-'));
  journal = await openJournal(folder, ROOM);
});
afterEach(async () => {
  await journal.close();
  await rm(folder, { recursive: true });
});

async function reopen(maxBytes = ROOM): Promise<void> {
  await journal.close();
  journal = await openJournal(folder, maxBytes);
}

describe('the journal', () => {
  test('gives an entry to Temporal and to the archive, each once, also after a restart', async () => {
    const first = entry();
    await journal.append(first);
    await reopen();
    expect(await journal.waiting(10)).toEqual([
      {
        id: first.id,
        receivedAt: RECEIVED_AT,
        line: 'kuaidi100/main',
        deliveries: first.deliveries.map(travelling),
      },
    ]);
    expect(await journal.unarchived(10)).toEqual([first]);
    expect(journal.state()).toMatchObject({ waiting: 1, oldestAt: RECEIVED_AT, unarchived: 1 });

    await journal.markHandedOver(first.id);
    await reopen();
    expect(await journal.waiting(10)).toEqual([]);
    expect(await journal.unarchived(10)).toEqual([first]);

    await journal.markArchived([first.id]);
    await reopen();
    expect(journal.state()).toEqual({ waiting: 0, oldestAt: undefined, unarchived: 0, bytes: 0 });
  });

  test('keeps its name for the next process, and knows what Temporal lacks while it is being written', async () => {
    const { id } = journal;
    await reopen();
    expect(journal.id).toBe(id);
    const one = entry();
    const appended = journal.append(one);
    expect(journal.isWaiting(one.id)).toBe(true);
    expect(journal.writtenUntil()).toBe(RECEIVED_AT);
    await appended;
    expect(journal.isWaiting(one.id)).toBe(true);
    expect(journal.writtenUntil()).toBeGreaterThan(RECEIVED_AT);
    await journal.markHandedOver(one.id);
    expect(journal.isWaiting(one.id)).toBe(false);
  });

  test('keeps for the archive alone what says nothing about any waybill', async () => {
    await journal.append(entry({ deliveries: [] }));
    expect(journal.state()).toMatchObject({ waiting: 0, unarchived: 1 });
    expect(await journal.waiting(10)).toEqual([]);
  });

  test('tells the oldest first, in pages', async () => {
    const entries = [3, 1, 2].map((second) => entry({ receivedAt: RECEIVED_AT + second * 1_000 }));
    for (const each of entries) await journal.append(each);
    const ids = entries.map(({ id }) => id).sort();
    const page = await journal.waiting(2);
    expect(page.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect((await journal.waiting(2, ids[1])).map(({ id }) => id)).toEqual(ids.slice(2));
    await reopen();
    expect(journal.state().oldestAt).toBe(RECEIVED_AT + 1_000);
  });

  test('refuses what does not fit, takes it again when there is room, and knows its size after a restart', async () => {
    const large = entry({ body: Buffer.alloc(40_000) });
    await reopen(100_000);
    await journal.append(large);
    await reopen(100_000);
    const { bytes } = journal.state();
    await expect(journal.append(entry({ body: Buffer.alloc(40_000) }))).rejects.toThrow(JournalFullError);
    expect(journal.state()).toMatchObject({ waiting: 1, bytes });
    await journal.markArchived([large.id]);
    await journal.append(entry({ body: Buffer.alloc(40_000) }));
    expect(journal.state().waiting).toBe(2);
  });

  test('holds nothing of an entry that could not be written', async () => {
    await journal.close();
    await expect(journal.append(entry())).rejects.toThrow();
    expect(journal.state()).toEqual({ waiting: 0, oldestAt: undefined, unarchived: 0, bytes: 0 });
  });

  test('reads what an earlier version has kept, and names its deliveries as that version did', async () => {
    await journal.close();
    await keepAsEarlierVersion(folder);
    journal = await openJournal(folder, ROOM);
    expect(journal.state()).toMatchObject({ waiting: 1, oldestAt: RECEIVED_AT, unarchived: 1 });
    const [waiting] = await journal.waiting(10);
    expect(waiting).toMatchObject({
      id: EARLIER_ID,
      deliveries: [{ workflowId: EARLIER_WORKFLOW_ID, update: { trackingNo: 'YT1234' } }],
    });
    const kept =
      waiting?.deliveries.map((delivery) => ({ ...delivery, ...splitTexts(delivery.update) })) ?? [];
    expect(await journal.unarchived(10)).toEqual([entry({ id: EARLIER_ID, deliveries: kept })]);
    expect(kept.flatMap(({ texts }) => texts)).toMatchObject([{ key: 'id:e-1', text: '已签收' }]);
    expect((await readJournal(journal)).notHandedOver).toEqual(new Set([EARLIER_WORKFLOW_ID]));
  });

  test('keeps texts for the archive alone: what waits for Temporal has none', async () => {
    const scan = {
      key: 'id:e-1',
      time: '2026-03-02T02:00:00.000Z',
      status: 'delivered' as const,
      rawStatus: '3',
    };
    const said = deliveryOf({
      ...UPDATE,
      events: [{ ...scan, text: '放在花盆旁', place: '云栖小镇' }],
      state: '花园',
    });
    const one = entry({ deliveries: [said] });
    await journal.append(one);
    await reopen();
    expect(await journal.unarchived(1)).toEqual([one]);
    await journal.close();
    const store = await openJournalStore(folder);
    const [waiting, raw] = await store.read([`delivery:${one.id}`, `raw:${one.id}`]);
    await store.close();
    expect(String(waiting)).not.toMatch(/花盆|云栖|花园/);
    expect(JSON.parse(String(raw))).toMatchObject({ texts: [[{ text: '放在花盆旁', place: '云栖小镇' }]] });
  });

  test('keeps the ids that were told, and writes what an earlier version can read', async () => {
    const told = { ...deliveryOf(UPDATE), workflowId: 'delivery/named/by/another/rule' };
    const one = entry({ deliveries: [told] });
    await journal.append(one);
    await reopen();
    expect(await journal.waiting(1)).toMatchObject([{ deliveries: [travelling(told)] }]);
    expect(await journal.unarchived(1)).toMatchObject([{ deliveries: [told] }]);
    await journal.close();
    const store = await openJournalStore(folder);
    for (const kind of ['delivery', 'raw']) {
      const [value] = await store.read([`${kind}:${one.id}`]);
      expect(JSON.parse(String(value))).toMatchObject({ receivedAt: RECEIVED_AT, updates: [UPDATE] });
    }
    await store.close();
  });

  test('belongs to one process', async () => {
    await expect(openJournal(folder, ROOM)).rejects.toMatchObject({ code: 'LEVEL_DATABASE_NOT_OPEN' });
  });
});

test('ids sort by time, and two of one millisecond differ', () => {
  const ids = Array.from({ length: 50 }, (_, i) => journalId(RECEIVED_AT + Math.floor(i / 10)));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
