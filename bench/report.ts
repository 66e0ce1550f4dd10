import type { Machine } from './machine';
import type { Measurement, Row } from './measurement';
import { median, summarise } from './statistics';
import { compare, defeats, judgeAims } from './verdicts';

/** A measurement and what it found. */
export interface Result {
  readonly measurement: Measurement;
  readonly rows: readonly Row[];
  /** Why there are none. */
  readonly failure?: string;
}

/** The whole page; `notes` are what its reader must know first. */
export function renderReport(
  results: readonly Result[],
  machine: Machine,
  { minutes, notes }: { readonly minutes: number; readonly notes: readonly string[] },
): string {
  return [
    '# Performance',
    ...notes.map((note) => `**${note}**`),
    'Written by the bench itself and changed by nothing else ([how to run it](development.md#bench)). Every figure comes from one run on one machine, with the bench, all that is compared, PostgreSQL and Temporal on it.',
    table(
      ['what', 'value'],
      [...machine, ['the run', `${new Date().toISOString().slice(0, 10)}, ${minutes.toFixed(0)} minutes`]],
    ),
    'The median, p90 and p99 are over all samples together; “rounds” is the lowest and the highest median of a single round. A percentile is left out where the samples are too few for it. An aim is the most that a figure should be; one that is “only reported” binds nobody, and where it is missed the gap is explained. A factor says how many times better Waybell is than another, by the median and round by round: less time, or more in a second; below 1× the other is better.',
    '## Where the aims are missed, or another is better',
    losses(results),
    ...results.flatMap(renderResult),
  ]
    .join('\n\n')
    .concat('\n');
}

function renderResult({ measurement, rows, failure }: Result): string[] {
  const comparisons = compare(rows);
  return [
    `## ${measurement.title}`,
    failure === undefined
      ? table(
          ['what', 'of', 'median', 'rounds', 'p90', 'p99', 'samples', 'aim'],
          rows.map((row) => cells(row)),
        )
      : `**No figures: ${failure}.**`,
    ...(comparisons.length === 0
      ? []
      : [
          table(
            ['what', 'Waybell beside', 'factor', 'rounds'],
            comparisons.map(({ ours, other, factors }) => [
              ours.what,
              other.of,
              times(median(factors)),
              `${times(Math.min(...factors))}–${times(Math.max(...factors))}`,
            ]),
          ),
        ]),
    measurement.method,
  ];
}

function cells(row: Row): string[] {
  const { count, lowest, highest, ...summary } = summarise(row.rounds);
  const aims = judgeAims([row]).map(
    ({ figure, aim, binding, met }) =>
      `${figure} ${withUnit(aim, row)} ${met ? 'met' : binding ? '**missed**' : 'missed'}${binding ? '' : ' (only reported)'}`,
  );
  return [
    row.what,
    row.of,
    withUnit(summary.median, row),
    row.rounds.length === 1 ? '' : `${digits(lowest)}–${digits(highest)}`,
    summary.p90 === undefined ? '' : withUnit(summary.p90, row),
    summary.p99 === undefined ? '' : withUnit(summary.p99, row),
    `${count}`,
    aims.join(', '),
  ];
}

function losses(results: readonly Result[]): string {
  const kinds: readonly (readonly [head: string, find: (rows: readonly Row[]) => string[]])[] = [
    ['Aims that bind:', (rows) => missedAims(rows, true)],
    ['Aims that are only reported:', (rows) => missedAims(rows, false)],
    ['Another is better:', betterElsewhere],
  ];
  const failures = results.flatMap(({ measurement, failure }) =>
    failure === undefined ? [] : [`- ${measurement.title}: no figures, ${failure}.`],
  );
  return [
    ...(failures.length === 0 ? [] : ['Not measured:', failures.join('\n')]),
    ...kinds.flatMap(([head, find]) => {
      const lines = results.flatMap(({ measurement, rows }) =>
        find(rows).map((line) => `- ${measurement.title}: ${line}`),
      );
      return [head, lines.length === 0 ? 'Nowhere in this run.' : lines.join('\n')];
    }),
  ].join('\n\n');
}

function missedAims(rows: readonly Row[], bindingOnes: boolean): string[] {
  return judgeAims(rows)
    .filter(({ met, binding }) => !met && binding === bindingOnes)
    .map(({ row, figure, aim, binding, measured }) => {
      const gap = binding ? '' : ` ${row.hopes?.gap}`;
      return `${row.what}, ${figure} ${withUnit(measured, row)}, the aim is ${withUnit(aim, row)}.${gap}`;
    });
}

function betterElsewhere(rows: readonly Row[]): string[] {
  return defeats(rows).map(({ ours, other }) => {
    const [mine, theirs] = [ours, other].map((row) => withUnit(median(row.rounds.flat()), row));
    const whose = other.of === 'old pipeline' ? 'the replica of the old pipeline' : other.of;
    return `${ours.what}, median ${mine}, ${whose} has ${theirs}.`;
  });
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

/** Three digits that mean something are all that these figures have. */
function digits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

function withUnit(value: number, { unit }: Pick<Row, 'unit'>): string {
  return `${Number.isInteger(value) ? value : digits(value)} ${unit}`;
}

function times(ratio: number): string {
  return `${Number(ratio.toPrecision(2))}×`;
}
