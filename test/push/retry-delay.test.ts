import { expect, test } from '@jest/globals';
import { retryDelayMs } from '../../src/push/retry-delay';

const SECOND = 1_000;
const LATEST = 0.999_999;

test('the window for the next attempt doubles with every failed one', () => {
  const windows = [1, 2, 3, 4].map((attempt) => retryDelayMs({ attempt, retryAfterMs: 0, random: 0.5 }));
  expect(windows).toEqual([1 * SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]);
});

test('the jitter is full: any moment of the window, from its first on', () => {
  expect(retryDelayMs({ attempt: 3, retryAfterMs: 0, random: 0 })).toBe(0);
  expect(retryDelayMs({ attempt: 3, retryAfterMs: 0, random: LATEST })).toBe(8 * SECOND - 1);
});

test('the window stops growing at five minutes, also after a thousand attempts', () => {
  for (const attempt of [9, 30, 1_000, 10_000]) {
    expect(retryDelayMs({ attempt, retryAfterMs: 0, random: LATEST })).toBe(300 * SECOND - 1);
  }
});

test('the next attempt never comes sooner than the provider asks, nor at the same moment for all', () => {
  const waits = [0, 0.5, LATEST].map((random) =>
    retryDelayMs({ attempt: 4, retryAfterMs: 60 * SECOND, random }),
  );
  expect(waits).toEqual([60 * SECOND, 68 * SECOND, 76 * SECOND - 1]);
});
