import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFunction } from '../cloud-function';
import type { System } from '../lab';
import type { Measurement, Row } from '../measurement';
import { POLL_INTERVAL_MS } from '../seed-replica/poll';
import { median } from '../statistics';
import { sendWebhook } from '../webhook';

const SIZES = { full: { rounds: 3, webhooks: 200 }, quick: { rounds: 2, webhooks: 40 } };
const AIMS_MS = { median: 8, p99: 50 };
/** 1.7 million webhooks a day: more than a large shop has, less than two cores can carry. */
const PER_SECOND = 20;

interface Delivery {
  readonly answered: number;
  /** To the last of the two pushes. */
  readonly pushed: number;
  /** How far behind its plan the bench sent it. */
  readonly behind: number;
}

export const steadyRate: Measurement = {
  name: 'steady-rate',
  title: `${PER_SECOND} webhooks a second`,
  method: `As above, but sent by the clock whether or not earlier ones were answered, ${SIZES.full.webhooks} to each system in each round; the deliveries behind them run on the same machine at the same time. The two take turns, the first of the round in turn. “Behind the plan” is how late the bench itself sent, which is in no other figure.`,
  async run(lab) {
    const { replica, systems } = await lab.sideBySide();
    const { rounds, webhooks } = lab.quick ? SIZES.quick : SIZES.full;
    await replica.restartPollers(POLL_INTERVAL_MS / 2);
    const results = systems.map((system) => ({ system, rounds: [] as Delivery[][] }));

    for (let round = 1; round <= rounds; round += 1) {
      for (const result of round % 2 === 0 ? results.toReversed() : results) {
        result.rounds.push(await sendSteadily(lab.cloudFunction, result.system, webhooks));
      }
      const shown = results.map((result) => `${result.system.name} ${lastAnswers(result.rounds)} ms`);
      lab.progress(`${PER_SECOND} a second ${round} of ${rounds}, answers: ${shown.join(', ')}`);
    }

    const rowsOf = (what: string, figure: 'answered' | 'pushed', aims: Row['aims'] = {}): Row[] =>
      results.map(({ system, rounds: all }) => ({
        what,
        of: system.name,
        unit: 'ms',
        rounds: all.map((round) => round.map((delivery) => delivery[figure])),
        ...(system.name === 'Waybell' && { aims }),
      }));
    const behind = results.flatMap(({ rounds: all }) => all.map((round) => round.map((one) => one.behind)));
    return [
      ...rowsOf('to the answer', 'answered', AIMS_MS),
      ...rowsOf('to both pushes', 'pushed'),
      { what: 'behind the plan', of: 'the bench itself', unit: 'ms', rounds: behind },
    ];
  },
};

function lastAnswers(rounds: readonly (readonly Delivery[])[]): string {
  return median((rounds.at(-1) ?? []).map(({ answered }) => answered)).toFixed(1);
}

async function sendSteadily(cloud: CloudFunction, system: System, count: number): Promise<Delivery[]> {
  const parcels = await system.addParcels(count);
  const startedAt = performance.now();
  return Promise.all(
    parcels.map(async (parcel, index) => {
      const planned = startedAt + (index * 1_000) / PER_SECOND;
      await sleep(planned - performance.now());
      // A timer may fire up to a millisecond early.
      const behind = Math.max(performance.now() - planned, 0);
      const [{ sentAt, ms }, ...arrivals] = await Promise.all([
        sendWebhook(system.url, parcel),
        ...parcel.cids.map((cid) => cloud.arrivalAt(cid)),
      ]);
      return { answered: ms, pushed: Math.max(...arrivals) - sentAt, behind };
    }),
  );
}
