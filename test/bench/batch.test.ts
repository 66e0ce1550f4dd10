import { describe, expect, test } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { keepInFlight } from '../../bench/in-flight';
import { problemsOf, targetOf } from '../../bench/push/batch';

const batch = { number: 7, count: 3 };
const targets = [0, 1, 2].map((index) => targetOf(batch, index));
const [first = '', second = ''] = targets;

describe('the account of a batch of pushes', () => {
  test('is clean when every phone got exactly one, in any order', () => {
    expect(problemsOf(batch, targets.toReversed())).toEqual([]);
  });

  test.each([
    ['that never came', [first, second], ['1 of 3 pushes never came']],
    ['that came twice', [...targets, first], ['1 of 3 pushes came twice']],
    [
      'of an older batch',
      [...targets, targetOf({ ...batch, number: 6 }, 0)],
      ['1 of 3 pushes are none of ours'],
    ],
    [
      'that came twice instead of another',
      [first, first, second],
      ['1 of 3 pushes never came', '1 of 3 pushes came twice'],
    ],
  ])('names a push %s', (_, came, problems) => {
    expect(problemsOf(batch, came)).toEqual(problems);
  });

  test('has phones whose names suit APNs, which takes hex digits only', () => {
    expect(targets.filter((target) => /^[0-9a-f]{64}$/.test(target))).toHaveLength(3);
  });
});

describe('a number kept in flight', () => {
  test('is never exceeded, and every index is run once', async () => {
    let now = 0;
    let most = 0;
    const results = await keepInFlight(3, 10, async (index) => {
      most = Math.max(most, (now += 1));
      await turn();
      now -= 1;
      return index;
    });
    expect(most).toBe(3);
    expect(results.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('ends with the first failure', async () => {
    await expect(keepInFlight(2, 4, () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });
});
