import type { Lab, SystemName } from './lab';

/** One line of the result: the same thing, measured in several rounds. */
export interface Row {
  readonly what: string;
  readonly of: SystemName | 'the bench itself';
  /** Less is better, save of what is done in a second. */
  readonly unit:
    's' | 'ms' | 'µs' | 'KB' | 'MB' | 'pushes/s' | 'deliveries/s' | '% of a core' | 'pages' | '×';
  readonly rounds: readonly (readonly number[])[];
  /** What it should not exceed. */
  readonly aims?: { readonly median?: number; readonly p99?: number };
}

/** One thing that is measured. To add one: a file in `measurements`, and a line in `measurements/index.ts`. */
export interface Measurement {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** What exactly the figures are, and in whose favour they err; Markdown for the reader of the result. */
  readonly method: string;
  run(lab: Lab): Promise<Row[]>;
}
