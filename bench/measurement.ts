import type { Lab, SystemName } from './lab';

/** A bound for figures of a row: what each should not exceed. */
export interface Bounds {
  readonly median?: number;
  readonly p99?: number;
}

/** One line of the result: the same thing, measured in several rounds. */
export interface Row {
  readonly what: string;
  readonly of: SystemName | 'the bench itself';
  /** Less is better, save of what is done in a second. */
  readonly unit:
    | 's'
    | 'ms'
    | 'µs'
    | 'KB'
    | 'MB'
    | 'pushes/s'
    | 'deliveries/s'
    | 'deliveries'
    | 'phones'
    | 'pushes'
    | '%'
    | '% of a core'
    | 'pages'
    | '×';
  readonly rounds: readonly (readonly number[])[];
  /** Binding: to miss one is a fault. */
  readonly aims?: Bounds;
  /** Where one would like to be; to miss it is no fault, but is explained by `gap`. */
  readonly hopes?: Bounds & { readonly gap: string };
}

/** One thing that is measured. To add one: a file in `measurements`, and a line in `measurements/index.ts`. */
export interface Measurement {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** What exactly the figures are, and in whose favour they err; Markdown for the reader of the result. */
  readonly method: string;
  /** It takes too long, or needs too much, for a whole run: it runs when `--only` names it. */
  readonly onlyByName?: true;
  /** By then it has ended, or it hangs. */
  readonly mostMinutes?: number;
  run(lab: Lab): Promise<Row[]>;
}

/** A span of time as people say it: a quick run has seconds where a full one has minutes. */
export function inWords(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${seconds / 60} minutes`;
}
