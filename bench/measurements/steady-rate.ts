import { besideOther, type Clocked, deliverByTheClock, handOverRow } from '../deliver';
import type { Measurement, Row } from '../measurement';
import { POLL_INTERVAL_MS } from '../seed-replica/poll';
import { median } from '../statistics';
import { ANSWER_AIMS_MS } from './one-at-a-time';

/** At 10 and 20 a second enough for a p99 over all rounds. */
const SIZES = {
  full: { rounds: 3, webhooks: { 1: 25, 10: 150, 20: 200 } },
  quick: { rounds: 2, webhooks: { 1: 5, 10: 20, 20: 40 } },
};
/** 20 a second are 1.7 million webhooks a day: more than a large shop has. */
const RATES = [1, 10, 20] as const;
const FIRST_PUSH_HOPES: Readonly<Partial<Record<number, Row['hopes']>>> = {
  20: {
    median: 45,
    gap: 'At this rate deliveries wait for one another: two cores carry the bench, Temporal, PostgreSQL and Waybell together, and are near what they can bear.',
  },
};

export const steadyRate: Measurement = {
  name: 'steady-rate',
  title: '1, 10 and 20 webhooks a second',
  method: `As above, but sent by the clock whether or not earlier ones were answered, ${RATES.map((perSecond) => SIZES.full.webhooks[perSecond]).join(', ')} of them to each system in each round; the deliveries behind them run on the same machine at the same time. The two take turns, the first of the round in turn. “Beside” sets the medians of a round one against the other: below 1 Waybell is ahead. “Behind the plan” is how late the bench itself sent, which is in no other figure.`,
  async run(lab) {
    const { waybell, replica, systems } = await lab.sideBySide();
    const { rounds, webhooks } = lab.quick ? SIZES.quick : SIZES.full;
    await replica.restartPollers(POLL_INTERVAL_MS / 2);
    const rows: Row[] = [];
    for (const perSecond of RATES) {
      const results = systems.map((system) => ({ system, rounds: [] as Clocked[][] }));
      for (let round = 1; round <= rounds; round += 1) {
        for (const result of round % 2 === 0 ? results.toReversed() : results) {
          const { url } = result.system;
          const parcels = await result.system.addParcels(webhooks[perSecond]);
          result.rounds.push(await deliverByTheClock(lab.cloudFunction, url, parcels, perSecond));
        }
        const shown = results.map((result) => `${result.system.name} ${lastAnswers(result.rounds)} ms`);
        lab.progress(`${perSecond} a second ${round} of ${rounds}, answers: ${shown.join(', ')}`);
      }
      const when = `${perSecond} a second: `;
      const of = (all: readonly Clocked[][], figure: keyof Omit<Clocked, 'trackingNo'>): number[][] =>
        all.map((round) => round.map((delivery) => delivery[figure]));
      const rowsOf = (
        what: string,
        figure: keyof Omit<Clocked, 'trackingNo'>,
        bounds: Pick<Row, 'aims' | 'hopes'> = {},
      ): Row[] =>
        results.map(({ system, rounds: all }) => ({
          ...{ what: `${when}${what}`, of: system.name, unit: 'ms', rounds: of(all, figure) },
          ...(system.name === 'Waybell' && bounds),
        }));
      const [ours, old] = results.map((result) => result.rounds);
      if (!ours || !old) throw new Error('two systems side by side');
      const hopes = FIRST_PUSH_HOPES[perSecond];
      rows.push(
        ...rowsOf('to the answer', 'answered', { aims: ANSWER_AIMS_MS }),
        await handOverRow(waybell, when, ours),
        ...rowsOf('to the first push', 'first', hopes && { hopes }),
        ...rowsOf('to both pushes', 'last'),
        besideOther(`${when}first push`, of(ours, 'first'), of(old, 'first')),
        besideOther(`${when}last push`, of(ours, 'last'), of(old, 'last')),
        {
          ...{ what: `${when}behind the plan`, of: 'the bench itself', unit: 'ms' },
          rounds: results.flatMap(({ rounds: all }) => of(all, 'behind')),
        },
      );
    }
    return rows;
  },
};

function lastAnswers(rounds: readonly (readonly Clocked[])[]): string {
  return median((rounds.at(-1) ?? []).map(({ answered }) => answered)).toFixed(1);
}
