import { describe, expect, test } from '@jest/globals';
import { createHeldLooks, LOOKS_PER_SECOND } from '../../src/push/held-looks';

const SHORTEST_MS = 20_000;
const TEN_MINUTES_MS = 600_000;

/** Lets so many pushes wait for so long, each looking again when it was told. Returns when they looked. */
function wait(pushes: number, forMs: number): number[] {
  let now = 1_000_000;
  const end = now + forMs;
  const nextLookMs = createHeldLooks(SHORTEST_MS, () => now);
  const due = Array.from({ length: pushes }, () => now + nextLookMs('unicloud'));
  const looks: number[] = [];
  for (;;) {
    due.sort((one, other) => one - other);
    now = due.shift() ?? end;
    if (now >= end) return looks;
    looks.push(now);
    due.push(now + nextLookMs('unicloud'));
  }
}

describe('pushes that are held', () => {
  test('look again soon where few wait', () => {
    expect(wait(1, TEN_MINUTES_MS)).toHaveLength(29);
  });

  test.each([100, 1_500, 1_700])(
    'look no more often together when %i wait, and each has its turn',
    (pushes) => {
      const looks = wait(pushes, 2 * TEN_MINUTES_MS);
      for (let from = looks[0] ?? 0; from < (looks.at(-1) ?? 0); from += 10_000) {
        const inTenSeconds = looks.filter((at) => at >= from && at < from + 10_000);
        expect(inTenSeconds.length).toBeLessThanOrEqual(10 * LOOKS_PER_SECOND + 1);
      }
      expect(looks.length).toBeGreaterThanOrEqual(pushes);
    },
  );

  test('look within ten minutes, also when so many wait that their looks come more often', () => {
    const nextLookMs = createHeldLooks(SHORTEST_MS, () => 0);
    const waits = Array.from({ length: 60_000 }, () => nextLookMs('unicloud'));
    const inMinute = (minute: number): number =>
      waits.filter((ms) => ms >= minute * 60_000 && ms < (minute + 1) * 60_000).length;
    expect(Math.max(...waits)).toBeLessThanOrEqual(TEN_MINUTES_MS);
    for (let minute = 1; minute < 10; minute += 1) expect(inMinute(minute)).toBeLessThan(8_000);
  });

  test('do not wait behind those of another provider', () => {
    const nextLookMs = createHeldLooks(SHORTEST_MS, () => 0);
    for (let push = 0; push < 1_000; push += 1) nextLookMs('unicloud');
    expect(nextLookMs('fcm')).toBe(SHORTEST_MS);
  });
});
