import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFunction } from '../cloud-function';
import type { System } from '../lab';
import type { Measurement, Row } from '../measurement';
import { POLL_INTERVAL_MS } from '../seed-replica/poll';
import { median } from '../statistics';
import { sendWebhook } from '../webhook';

const SIZES = { full: { rounds: 3, webhooks: 200 }, quick: { rounds: 2, webhooks: 40 } };
const AIMS_MS = { median: 6, p99: 30 };
/** 20 a second are 1.7 million webhooks a day: more than a large shop has. */
const RATES = [10, 20];

interface Delivery {
  readonly answered: number;
  readonly first: number;
  /** To the last of the two pushes. */
  readonly pushed: number;
  /** How far behind its plan the bench sent it. */
  readonly behind: number;
}

export const steadyRate: Measurement = {
  name: 'steady-rate',
  title: `${RATES.join(' and ')} webhooks a second`,
  method: `As above, but sent by the clock whether or not earlier ones were answered, ${SIZES.full.webhooks} to each system in each round; the deliveries behind them run on the same machine at the same time. The two take turns, the first of the round in turn. “Behind the plan” is how late the bench itself sent, which is in no other figure.`,
  async run(lab) {
    const { replica, systems } = await lab.sideBySide();
    const { rounds, webhooks } = lab.quick ? SIZES.quick : SIZES.full;
    await replica.restartPollers(POLL_INTERVAL_MS / 2);
    const rows: Row[] = [];
    for (const perSecond of RATES) {
      const results = systems.map((system) => ({ system, rounds: [] as Delivery[][] }));
      for (let round = 1; round <= rounds; round += 1) {
        for (const result of round % 2 === 0 ? results.toReversed() : results) {
          result.rounds.push(await sendSteadily(lab.cloudFunction, result.system, perSecond, webhooks));
        }
        const shown = results.map((result) => `${result.system.name} ${lastAnswers(result.rounds)} ms`);
        lab.progress(`${perSecond} a second ${round} of ${rounds}, answers: ${shown.join(', ')}`);
      }
      const rowsOf = (what: string, figure: keyof Delivery, aims: Row['aims'] = {}): Row[] =>
        results.map(({ system, rounds: all }) => ({
          what: `${perSecond} a second: ${what}`,
          of: system.name,
          unit: 'ms',
          rounds: all.map((round) => round.map((delivery) => delivery[figure])),
          ...(system.name === 'Waybell' && { aims }),
        }));
      const behind = results.flatMap(({ rounds: all }) => all.map((round) => round.map((one) => one.behind)));
      rows.push(
        ...rowsOf('to the answer', 'answered', AIMS_MS),
        ...rowsOf('to the first push', 'first'),
        ...rowsOf('to both pushes', 'pushed'),
        {
          ...{ what: `${perSecond} a second: behind the plan`, of: 'the bench itself', unit: 'ms' },
          rounds: behind,
        },
      );
    }
    return rows;
  },
};

function lastAnswers(rounds: readonly (readonly Delivery[])[]): string {
  return median((rounds.at(-1) ?? []).map(({ answered }) => answered)).toFixed(1);
}

async function sendSteadily(
  cloud: CloudFunction,
  system: System,
  perSecond: number,
  count: number,
): Promise<Delivery[]> {
  const parcels = await system.addParcels(count);
  const startedAt = performance.now();
  return Promise.all(
    parcels.map(async (parcel, index) => {
      const planned = startedAt + (index * 1_000) / perSecond;
      await sleep(planned - performance.now());
      // A timer may fire up to a millisecond early.
      const behind = Math.max(performance.now() - planned, 0);
      const [{ sentAt, ms }, ...arrivals] = await Promise.all([
        sendWebhook(system.url, parcel),
        ...parcel.cids.map((cid) => cloud.arrivalAt(cid)),
      ]);
      return {
        ...{ answered: ms, behind },
        ...{ first: Math.min(...arrivals) - sentAt, pushed: Math.max(...arrivals) - sentAt },
      };
    }),
  );
}
