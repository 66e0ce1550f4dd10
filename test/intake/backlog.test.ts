import { expect, jest, test } from '@jest/globals';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBacklog } from '../../src/intake/backlog';
import { openJournal } from '../../src/intake/journal';
import { journalId } from '../../src/intake/journal-entry';

const id = (number: number): string => String(number).padStart(6, '0');

test('a backlog tells in their order what is still to do, whatever came and was done in whatever order', () => {
  // Each number comes at its first place, and is done at its second.
  const numbers = fc.array(fc.integer({ min: 1, max: 2_500 }), { maxLength: 6_000, size: 'max' });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 0, max: 2_500 }), (steps, after) => {
      const backlog = createBacklog();
      const came = new Set<number>();
      const model = new Set<number>();
      for (const number of steps) {
        if (model.delete(number)) {
          backlog.delete(id(number));
        } else if (!came.has(number)) {
          backlog.add(id(number));
          came.add(number);
          model.add(number);
        }
      }
      const sorted = [...model].sort((one, other) => one - other);
      expect(backlog.size).toBe(sorted.length);
      expect(backlog.page(7)).toEqual(sorted.slice(0, 7).map(id));
      const afterIt = sorted.filter((number) => number > after);
      expect(backlog.page(7, id(after))).toEqual(afterIt.slice(0, 7).map(id));
    }),
    { numRuns: 50 },
  );
});

/** What an outage leaves is read page by page, and each page is deleted; so its cost is what it reads. */
test('a journal that is emptied in pages asks its store for every entry once, and for nothing between', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-journal-'));
  const journal = await openJournal(folder, 64 * 1024 * 1024);
  const store = ClassicLevel.prototype;
  const lookUps = jest.spyOn(store, 'getMany');
  const ranges = [jest.spyOn(store, 'iterator'), jest.spyOn(store, 'values'), jest.spyOn(store, 'keys')];
  try {
    const entries = 500;
    const update = { source: 'own-system', carrier: 'yto', trackingNo: 'YT1', events: [] };
    const deliveries = [{ workflowId: 'delivery/own-system/yto/YT1/d', update, texts: [] }];
    const rest = { source: 'own-system', channel: 'main', mediaType: 'text/plain', flaws: [], deliveries };
    await Promise.all(
      Array.from({ length: entries }, (_, receivedAt) =>
        journal.append({ id: journalId(receivedAt), receivedAt, body: Buffer.from('x'), ...rest }),
      ),
    );
    for (let page = await journal.waiting(16); page.length > 0; page = await journal.waiting(16))
      for (const one of page) await journal.markHandedOver(one.id);
    for (let page = await journal.unarchived(20); page.length > 0; page = await journal.unarchived(20))
      await journal.markArchived(page.map((one) => one.id));
    expect(journal.state()).toEqual({ waiting: 0, oldestAt: undefined, unarchived: 0, bytes: 0 });
    expect(lookUps.mock.calls.flatMap(([keys]) => keys)).toHaveLength(2 * entries);
    for (const range of ranges) expect(range).not.toHaveBeenCalled();
  } finally {
    jest.restoreAllMocks();
    await journal.close();
    await rm(folder, { recursive: true });
  }
});
