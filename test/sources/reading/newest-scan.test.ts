import { expect, test } from '@jest/globals';
import { newestScan } from '../../../src/sources/reading/scans';

test.each([
  ['no scan', [], -1, -1],
  ['one scan', ['2026-03-02'], 0, 0],
  ['newest first', ['2026-03-02 10:00:00', '2026-03-02 09:00:00'], 0, 0],
  ['oldest first', ['2026-03-02 09:00:00', '2026-03-02 10:00:00'], 1, 1],
  ['a shuffled history', ['2026-03-01', '2026-03-03', '2026-03-02'], 1, 1],
  ['one second, newest first', ['2026-03-02', '2026-03-02', '2026-03-01'], 0, 0],
  ['one second, oldest first', ['2026-03-01', '2026-03-02', '2026-03-02'], 2, 2],
  ['one second alone, as promised', ['2026-03-02', '2026-03-02'], 0, 1],
  ['slashes beside dashes', ['2026/03/01 10:00:00', '2026-03-02 10:00:00'], 1, 1],
  ['times that are missing', ['', ''], 0, 1],
])('of %s the newest is found', (_, times, whenNewestFirst, whenOldestFirst) => {
  expect(newestScan(times, 'newest-first')).toBe(whenNewestFirst);
  expect(newestScan(times, 'oldest-first')).toBe(whenOldestFirst);
});
