import type { Row } from '../measurement';
import { memoryOfTree, sum, type ProcessMemory } from '../process-memory';

/** 1 GB. */
const AIM_MB = 1_000;

/** A part of the stack, told by the executable that it runs. The wrappers of the parts count as Node.js. */
const PARTS: readonly (readonly [name: string, program: string])[] = [
  ['Node.js', 'node'],
  ['Temporal', 'temporal'],
  ['PostgreSQL', 'postgres'],
];

/** Looks at everything that a Waybell runs. */
export function memoryOfStack(pid: number): Promise<ProcessMemory[]> {
  return memoryOfTree(pid);
}

/** The rows about one moment, from one or several looks at it. */
export function memoryRows(moment: string, looks: readonly (readonly ProcessMemory[])[]): Row[] {
  const row = (what: string, of: (look: readonly ProcessMemory[]) => number): Row => ({
    what: `${moment}, ${what}`,
    of: 'Waybell',
    unit: 'MB',
    rounds: looks.map((look) => [of(look)]),
  });
  return [
    { ...row('whole stack', (look) => sum(look, 'pss')), aims: { median: AIM_MB } },
    ...PARTS.map(([name, program]) =>
      row(`of it ${name}`, (look) =>
        sum(
          look.filter((one) => one.program === program),
          'pss',
        ),
      ),
    ),
    row('whole stack as RSS', (look) => sum(look, 'rss')),
  ];
}
