import type { Row } from './measurement';
import { ratios, summarise } from './statistics';

/** One aim, and what became of it. */
export interface Verdict {
  readonly row: Row;
  readonly figure: 'median' | 'p99';
  readonly aim: number;
  readonly measured: number;
  readonly met: boolean;
}

/** One thing that both systems did. */
export interface Comparison {
  readonly ours: Row;
  readonly old: Row;
  /** How many times our median theirs is, a number for each round. */
  readonly ratios: readonly number[];
}

export function judgeAims(rows: readonly Row[]): Verdict[] {
  return rows.flatMap((row) => {
    const summary = summarise(row.rounds);
    return (['median', 'p99'] as const).flatMap((figure) => {
      const [aim, measured] = [row.aims?.[figure], summary[figure]];
      if (aim === undefined || measured === undefined) return [];
      return [{ row, figure, aim, measured, met: measured <= aim }];
    });
  });
}

export function compare(rows: readonly Row[]): Comparison[] {
  return rows
    .filter(({ of }) => of === 'Waybell')
    .flatMap((ours) => {
      const old = rows.find(({ of, what }) => of === 'old pipeline' && what === ours.what);
      return old ? [{ ours, old, ratios: ratios(ours.rounds, old.rounds) }] : [];
    });
}
