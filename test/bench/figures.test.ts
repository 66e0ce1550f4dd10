import { describe, expect, test } from '@jest/globals';
import { inWords, type Row } from '../../bench/measurement';
import { within } from '../../bench/patience';
import { percentile, ratios, summarise } from '../../bench/statistics';
import { compare, defeats, judgeAims } from '../../bench/verdicts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const row = (of: Row['of'], rounds: number[][], aims: Row['aims'] = {}): Row => ({
  what: 'a thing',
  of,
  unit: 'ms',
  rounds,
  aims,
});

describe('the figures of the bench', () => {
  test('a percentile is the smallest sample that its share does not exceed, in any order', () => {
    const shuffled = upTo(100).toSorted((a, b) => (a % 7) - (b % 7));
    expect([0.5, 0.9, 0.99, 1].map((share) => percentile(shuffled, share))).toEqual([50, 90, 99, 100]);
    expect(percentile([3], 0.99)).toBe(3);
    expect(() => percentile([], 0.5)).toThrow('no samples');
  });

  test('the median is over all samples, the spread over the medians of rounds', () => {
    expect(summarise([[1, 2, 9], [4, 5, 6], [7]])).toMatchObject({
      count: 7,
      median: 5,
      lowest: 2,
      highest: 7,
    });
  });

  test('a percentile that would rest on one or two samples is not told', () => {
    expect(summarise([upTo(19)])).toMatchObject({ p90: undefined, p99: undefined });
    expect(summarise([upTo(20)])).toMatchObject({ p90: 18, p99: undefined });
    expect(summarise([upTo(50), upTo(50)])).toMatchObject({ p90: 45, p99: 50 });
  });

  test('systems are compared round by round', () => {
    expect(ratios([[10], [20]], [[100], [100]])).toEqual([10, 5]);
    const [ours, old] = [row('Waybell', [[1]]), row('old pipeline', [[3]])];
    expect(compare([ours, old])).toEqual([{ ours, other: old, factors: [3] }]);
    expect(compare([ours, { ...old, what: 'another thing' }])).toEqual([]);
  });

  test('Waybell is compared with each of several, and with nothing that the bench says of itself', () => {
    const rows = (['Waybell', 'apns2', '@parse/node-apn', 'the bench itself'] as const).map((of, index) =>
      row(of, [[index + 1]]),
    );
    expect(compare(rows).map(({ other, factors }) => [other.of, ...factors])).toEqual([
      ['apns2', 2],
      ['@parse/node-apn', 3],
    ]);
  });

  test('a factor above 1 is in favour of Waybell, for times as for rates; what is below 1 is a defeat', () => {
    const rates = [row('Waybell', [[100]]), row('apns2', [[50]]), row('web-push', [[200]])].map((each) => ({
      ...each,
      unit: 'pushes/s' as const,
    }));
    expect(compare(rates).map(({ factors }) => factors)).toEqual([[2], [0.5]]);
    expect(defeats(rates).map(({ other }) => other.of)).toEqual(['web-push']);
    const times = rates.map((each) => ({ ...each, unit: 'ms' as const }));
    expect(defeats(times).map(({ other }) => other.of)).toEqual(['apns2']);
    expect(defeats([row('Waybell', [[21.62]]), row('apns2', [[21.58]])])).toEqual([]);
    expect(defeats([row('Waybell', [[21.62]]), row('apns2', [[21.52]])])).toHaveLength(1);
  });

  test('an aim is met up to its very value, missed above it, and not judged without enough samples', () => {
    const met = (rounds: number[][], aims: Row['aims']): boolean[] =>
      judgeAims([row('Waybell', rounds, aims)]).map((verdict) => verdict.met);
    expect(met([upTo(100)], { median: 50, p99: 98 })).toEqual([true, false]);
    expect(met([upTo(99)], { p99: 1 })).toEqual([]);
  });

  test('an aim that is only reported is judged beside the one that binds, and is none of it', () => {
    const both: Row = {
      ...row('Waybell', [[50]], { median: 60 }),
      hopes: { median: 40, gap: 'It has more to do.' },
    };
    expect(judgeAims([both]).map(({ binding, aim, met }) => [binding, aim, met])).toEqual([
      [true, 60, true],
      [false, 40, false],
    ]);
  });

  test('a short span is told in seconds, a long one in minutes', () => {
    expect([5, 60, 600].map(inWords)).toEqual(['5 s', '60 s', '10 minutes']);
  });

  test('waiting for what never comes ends with the name of who is waited for', async () => {
    const never = new Promise<void>(() => undefined);
    await expect(within(1, 'deliveries of DBOS', never)).rejects.toThrow('deliveries of DBOS');
  });
});
