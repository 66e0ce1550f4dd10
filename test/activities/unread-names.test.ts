import { expect, test } from '@jest/globals';
import type { Logger } from 'pino';
import { createUnreadNames } from '../../src/activities/unread-names';
import { asItIs } from '../../src/shipment/explanation';

const HOUR_MS = 3_600_000;
const unread = (word: string) => ({
  setting: 'orders.status',
  column: 'status',
  word,
  wanted: asItIs('open'),
});

test('a word that nobody understands gets one line in an hour, with how often it was met, and is counted each time', () => {
  const lines: unknown[] = [];
  const counted: string[] = [];
  let now = 0;
  const log = { warn: (line: object) => lines.push(line) } as unknown as Logger;
  const name = createUnreadNames(
    log,
    (setting) => counted.push(setting),
    () => now,
  );
  for (let times = 0; times < 3; times += 1) name([unread('换货')]);
  name([unread('待付款')]);
  now = HOUR_MS;
  name([unread('换货')]);
  expect(lines).toEqual([
    { setting: 'orders.status', column: 'status', word: '换货', times: 1 },
    { setting: 'orders.status', column: 'status', word: '待付款', times: 1 },
    { setting: 'orders.status', column: 'status', word: '换货', times: 3 },
  ]);
  expect(counted).toHaveLength(5);
  // A column that holds something else does not fill the log, nor the memory.
  for (let other = 0; other < 1000; other += 1) name([unread(`other ${other}`)]);
  expect(lines.length).toBeLessThan(210);
  // What is new an hour later is told all the same.
  now += HOUR_MS;
  name([unread('换货中')]);
  expect(lines.at(-1)).toMatchObject({ word: '换货中', times: 1 });
});
