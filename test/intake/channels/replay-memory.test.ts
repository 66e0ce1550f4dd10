import { expect, test } from '@jest/globals';
import { createReplayMemory } from '../../../src/intake/channels/channels';

const HOUR = 60 * 60_000;

test('a proof is good for one body, as often as its sender tries', () => {
  const memory = createReplayMemory(HOUR);
  expect(memory.isReplay('proof', 'body', 0)).toBe(false);
  expect(memory.isReplay('proof', 'body', 1)).toBe(false);
  expect(memory.isReplay('proof', 'another body', 2)).toBe(true);
  expect(memory.isReplay('another proof', 'another body', 3)).toBe(false);
});

test('a proof is forgotten once its time is no longer tolerated, and so many are remembered at most', () => {
  const memory = createReplayMemory(HOUR);
  memory.isReplay('old', 'body', 0);
  expect(memory.isReplay('old', 'another body', HOUR)).toBe(true);
  expect(memory.isReplay('old', 'another body', 2 * HOUR + 1)).toBe(false);
  for (let i = 0; i < 20_000; i += 1) memory.isReplay(`proof ${i}`, 'body', 2 * HOUR + 2);
  expect(memory.isReplay('proof 19999', 'another body', 2 * HOUR + 3)).toBe(true);
  expect(memory.isReplay('proof 1', 'another body', 2 * HOUR + 3)).toBe(false);
});
