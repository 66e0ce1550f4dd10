import type { Bounds, Row } from './measurement';
import { median, ratios, summarise } from './statistics';

/** One bound, and what became of it. */
export interface Verdict {
  readonly row: Row;
  readonly figure: 'median' | 'p99';
  readonly aim: number;
  /** Whether to miss it is a fault; the others are only reported. */
  readonly binding: boolean;
  readonly measured: number;
  readonly met: boolean;
}

/** One thing that Waybell and another system did. */
export interface Comparison {
  readonly ours: Row;
  readonly other: Row;
  /** How many times better ours is by the median, a number for each round; below 1 the other is better. */
  readonly factors: readonly number[];
}

export function judgeAims(rows: readonly Row[]): Verdict[] {
  return rows.flatMap((row) => {
    const summary = summarise(row.rounds);
    const judge = (bounds: Bounds | undefined, binding: boolean): Verdict[] =>
      (['median', 'p99'] as const).flatMap((figure) => {
        const [aim, measured] = [bounds?.[figure], summary[figure]];
        if (aim === undefined || measured === undefined) return [];
        return [{ row, figure, aim, binding, measured, met: measured <= aim }];
      });
    return [...judge(row.aims, true), ...judge(row.hopes, false)];
  });
}

export function compare(rows: readonly Row[]): Comparison[] {
  return rows
    .filter(({ of }) => of === 'Waybell')
    .flatMap((ours) =>
      rows
        .filter(({ of, what }) => what === ours.what && of !== 'Waybell' && of !== 'the bench itself')
        // Of what nobody did there is no factor.
        .filter((other) => [ours, other].every(({ rounds }) => rounds.flat().some((figure) => figure > 0)))
        .map((other) => {
          const found = ratios(ours.rounds, other.rounds);
          return { ours, other, factors: moreIsBetter(ours) ? found.map((ratio) => 1 / ratio) : found };
        }),
    );
}

/** Where the other's median over all samples is better, by as little as the report shows. */
export function defeats(rows: readonly Row[]): Comparison[] {
  return compare(rows).filter(({ ours, other }) => {
    const [mine, theirs] = [told(ours), told(other)];
    return moreIsBetter(ours) ? theirs > mine : theirs < mine;
  });
}

/** Three digits that mean something are all that these figures have. */
function told({ rounds }: Row): number {
  return Number(median(rounds.flat()).toPrecision(3));
}

function moreIsBetter({ unit }: Pick<Row, 'unit'>): boolean {
  return unit === 'pushes/s' || unit === 'deliveries/s';
}
