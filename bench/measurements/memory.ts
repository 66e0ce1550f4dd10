import type { Row } from '../measurement';
import { memoryOfTree, sum, type ProcessMemory } from '../process-memory';

/** 1 GB. */
const AIM_MB = 1_000;

/** Of a stack with nothing to do. */
export const IDLE_HOPE = {
  median: 400,
  gap: 'Most of it is what Node.js with Temporal’s SDK, Temporal’s server with its Web UI, and PostgreSQL take before they do anything; the rows below say who.',
};

/** A part of the stack, told by the executable that it runs. The wrappers of the parts count as Node.js. */
export const PARTS: readonly (readonly [name: string, program: string])[] = [
  ['Node.js', 'node'],
  ['Temporal', 'temporal'],
  ['PostgreSQL', 'postgres'],
];

/** Looks at everything that a Waybell runs. */
export function memoryOfStack(pid: number): Promise<ProcessMemory[]> {
  return memoryOfTree(pid);
}

/** The rows about one moment, from one or several looks at it. */
export function memoryRows(
  moment: string,
  looks: readonly (readonly ProcessMemory[])[],
  hopes?: Row['hopes'],
): Row[] {
  const row = (what: string, of: (look: readonly ProcessMemory[]) => number): Row => ({
    what: `${moment}, ${what}`,
    of: 'Waybell',
    unit: 'MB',
    rounds: looks.map((look) => [of(look)]),
  });
  return [
    {
      ...row('whole stack', (look) => sum(look, 'pss')),
      ...{ aims: { median: AIM_MB }, ...(hopes && { hopes }) },
    },
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
