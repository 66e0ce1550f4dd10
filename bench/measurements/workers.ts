import { type Apart, flood, type Flood, IN_FLIGHT, idleShare, type Part } from '../apart';
import type { Lab } from '../lab';
import type { Measurement, Row } from '../measurement';
import { createNamespace, startRole, type Surroundings, surroundingsOf } from '../role-process';

const SIZES = {
  full: { rounds: 2, warmUp: 40, deliveries: 150, idleMs: 5_000 },
  quick: { rounds: 1, warmUp: 10, deliveries: 40, idleMs: 2_000 },
};
/** A quick run tries the smallest and the largest. */
const LAYOUTS: readonly Layout[] = [
  { apis: 1, workers: 1 },
  { apis: 1, workers: 2 },
  { apis: 1, workers: 4 },
  { apis: 2, workers: 2 },
];
const PARTS: readonly Part[] = ['worker', 'API', 'Temporal', 'PostgreSQL', 'the bench itself'];
/** A worker that gets less than half of an even share of the pushes is one that is not used. */
const LEAST_SHARE = 0.5;

interface Layout {
  readonly apis: number;
  readonly workers: number;
}

export const workers: Measurement = {
  name: 'workers',
  title: 'Workers and APIs in number',
  method: `Processes of \`waybell start --only worker\` and \`--only api\`, each with a data folder of its own, on one Temporal server (SQLite) and one PostgreSQL, all on the same two cores. In each layout ${SIZES.full.rounds} floods of ${SIZES.full.deliveries} webhooks, ${IN_FLIGHT} unanswered at a time and to the APIs in turn; the rate is by the time until the last delivery has ended. “Of a core” is what each process took while the flood lasted: two cores have 200 % in all, and a process of Node.js runs JavaScript on one of them only. Where the sum is near 200 %, one more worker can bring nothing on this machine; what a larger one gains is not measured here. The pushes of each worker are from its own \`/metrics\`; an even share is 100 % divided by the workers. “Done twice” is by how many the claims in the table of pushes, or the pushes that the workers counted together, are more than the phones; there are no figures unless every phone got exactly one push.`,
  async run(lab) {
    const waybell = await lab.startWaybell(await lab.newDataDir());
    const surroundings = surroundingsOf(waybell, lab.cloudFunction.url);
    try {
      await createNamespace(waybell.temporalCli, surroundings);
      const layouts = lab.quick ? LAYOUTS.filter(({ workers: count }) => count !== 2) : LAYOUTS;
      const rows: Row[] = [];
      for (const layout of layouts)
        rows.push(...(await measureLayout(lab, surroundings, [waybell.pid], layout)));
      return rows;
    } finally {
      await waybell.stop();
    }
  },
};

/** Starts the processes, floods them, and stops them. */
export async function measureLayout(
  lab: Lab,
  surroundings: Surroundings,
  serversPids: readonly number[],
  layout: Layout,
  name = `${layout.workers} ${layout.workers === 1 ? 'worker' : 'workers'}, ${layout.apis} ${layout.apis === 1 ? 'API' : 'APIs'}`,
): Promise<Row[]> {
  const { rounds, warmUp, deliveries, idleMs } = lab.quick ? SIZES.quick : SIZES.full;
  const started: Awaited<ReturnType<typeof startRole>>[] = [];
  const start = async (role: 'api' | 'worker', count: number): Promise<typeof started> => {
    const first = started.length;
    for (let index = 0; index < count; index += 1)
      started.push(await startRole(role, surroundings, await lab.newDataDir()));
    return started.slice(first);
  };
  try {
    const apart: Apart = {
      ...{ surroundings, serversPids, cloudFunction: lab.cloudFunction },
      workers: await start('worker', layout.workers),
      apis: await start('api', layout.apis),
    };
    const prefix = name.replace(/\W/g, '').toUpperCase();
    await flood(apart, `${prefix}W`, warmUp * layout.workers, 0);
    const idle = await idleShare(apart, idleMs);
    const floods: Flood[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const found = await flood(apart, `${prefix}R${round}X`, deliveries, idle);
      lab.progress(
        `${name}, ${round} of ${rounds}: ${found.rate.toFixed(1)} deliveries a second, ${found.processorMs.toFixed(0)} ms each, pushes ${found.pushes.join(' + ')}`,
      );
      floods.push(found);
    }
    return rowsOf(name, floods);
  } finally {
    for (const each of started.reverse()) await each.stop();
  }
}

function rowsOf(name: string, floods: readonly Flood[]): Row[] {
  const row = (what: string, unit: Row['unit'], rounds: number[][]): Row => ({
    ...{ what: `${name}: ${what}`, of: 'Waybell', unit, rounds },
  });
  const shares = floods.map(({ pushes }) => {
    const all = pushes.reduce((sum, each) => sum + each, 0);
    return pushes.map((each) => (100 * each) / all);
  });
  const count = shares[0]?.length ?? 1;
  return [
    row(
      'rate',
      'deliveries/s',
      floods.map(({ rate }) => [rate]),
    ),
    row(
      'processor for one',
      'ms',
      floods.map((each) => [each.processorMs]),
    ),
    ...PARTS.map((part): Row => {
      const busy = floods.map((each) => each.busy.filter((one) => one.part === part));
      const what = part === 'worker' || part === 'API' ? `each ${part}` : part;
      return {
        ...row(
          what,
          '% of a core',
          busy.map((ones) => ones.map(({ percent }) => percent)),
        ),
        of: part === 'the bench itself' ? part : 'Waybell',
      };
    }),
    row(
      'all together',
      '% of a core',
      floods.map(({ busy }) => [busy.reduce((sum, { percent }) => sum + percent, 0)]),
    ),
    {
      ...row(
        'done twice',
        'pushes',
        floods.map(({ twice }) => [twice]),
      ),
      aims: { median: 0 },
    },
    ...(count === 1
      ? []
      : [
          {
            ...row(
              'an even share by that of the least busy worker',
              '×',
              shares.map((each) => [100 / count / Math.min(...each)]),
            ),
            aims: { median: 1 / LEAST_SHARE },
          },
        ]),
  ];
}
