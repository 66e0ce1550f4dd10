/** What the samples of several rounds come to. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  /** The lowest and the highest median of a single round: how far the figure moves from round to round. */
  readonly lowest: number;
  readonly highest: number;
  /** `undefined` where there are too few samples to speak of it. */
  readonly p90: number | undefined;
  readonly p99: number | undefined;
}

/** Fewer would make a percentile the word of one or two samples. */
const SAMPLES_FOR_P90 = 20;
const SAMPLES_FOR_P99 = 100;

/** The smallest sample that at least `share` of all samples do not exceed (nearest rank: always a real sample). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const found = sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)];
  if (found === undefined) throw new Error('no samples');
  return found;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** Percentiles over the samples of all rounds together; the spread over the rounds. */
export function summarise(rounds: readonly (readonly number[])[]): Summary {
  const samples = rounds.flat();
  const medians = rounds.map(median);
  return {
    count: samples.length,
    median: median(samples),
    lowest: Math.min(...medians),
    highest: Math.max(...medians),
    p90: samples.length < SAMPLES_FOR_P90 ? undefined : percentile(samples, 0.9),
    p99: samples.length < SAMPLES_FOR_P99 ? undefined : percentile(samples, 0.99),
  };
}

/** How many times the other's median is ours, round by round: what both suffered in a round cancels out. */
export function ratios(
  ours: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
): number[] {
  return ours.flatMap((round, index) => {
    const other = others[index];
    return other === undefined ? [] : [median(other) / median(round)];
  });
}
