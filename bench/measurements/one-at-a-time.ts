import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFunction } from '../cloud-function';
import type { System } from '../lab';
import type { Measurement, Row } from '../measurement';
import type { Parcel } from '../parcels';
import { POLL_INTERVAL_MS } from '../seed-replica/poll';
import { median } from '../statistics';
import { sendWebhook } from '../webhook';

const SIZES = {
  full: { rounds: 5, turns: 8, oursPerTurn: 10 },
  quick: { rounds: 2, turns: 2, oursPerTurn: 10 },
};
const PUSH_AIM_MS = { median: 35 };
const ANSWER_AIMS_MS = { median: 6, p99: 30 };
/** The first deliveries of a new process compile code and fill caches; they are not counted. */
const WARM_UP = 20;
/** A delivery records its outcome after its last push: the next one finds the machine quiet. */
const PAUSE_MS = { least: 100, most: 200 };

interface Delivery {
  readonly answered: number;
  readonly first: number;
  readonly last: number;
}

export const oneAtATime: Measurement = {
  name: 'one-at-a-time',
  title: 'One webhook at a time',
  method: `From the moment before a webhook is written to the socket until the whole answer is read, and until the push requests arrive at the cloud function; all are stamped by one clock in one process, over kept connections. Waybell answers when Temporal has the workflow on disk, the replica when PostgreSQL has its two rows; neither checks a signature. Each webhook is the first scan of a parcel with one buyer's phone and one merchant's phone; the next one waits until both pushes are there, and ${PAUSE_MS.least}–${PAUSE_MS.most} ms more. Rounds of ${SIZES.full.turns} turns: ${SIZES.full.oursPerTurn} webhooks to Waybell, then one to the replica, at a random moment of its beat. The replica's two processes look every ${POLL_INTERVAL_MS / 1_000} s; the distance between their looks, on which its figure hangs, is another one in each round, evenly spread. The replica errs to its own advantage: its statements go straight to PostgreSQL instead of through PostgREST, its looks keep a fixed beat, and it takes everything that waits at once.`,
  async run(lab) {
    const { replica, systems } = await lab.sideBySide();
    const [ours, old] = systems;
    const { rounds, turns, oursPerTurn } = lab.quick ? SIZES.quick : SIZES.full;
    const results = { ours: [] as Delivery[][], old: [] as Delivery[][] };
    await deliverAll(lab.cloudFunction, ours, WARM_UP);

    for (const [round, offsetMs] of shuffledOffsets(rounds).entries()) {
      await replica.restartPollers(offsetMs);
      await sleep(POLL_INTERVAL_MS + offsetMs);
      const oldParcels = await old.addParcels(turns);
      const roundOurs: Delivery[] = [];
      const roundOld: Delivery[] = [];
      for (const parcel of oldParcels) {
        roundOurs.push(...(await deliverAll(lab.cloudFunction, ours, oursPerTurn)));
        await sleep(Math.random() * POLL_INTERVAL_MS);
        roundOld.push(await deliver(lab.cloudFunction, old, parcel));
      }
      results.ours.push(roundOurs);
      results.old.push(roundOld);
      lab.progress(
        `one at a time ${round + 1} of ${rounds}: Waybell ${shown(roundOurs)} ms, old pipeline ${shown(roundOld)} ms`,
      );
    }
    return [
      row('to the answer', ours, results.ours, 'answered', ANSWER_AIMS_MS),
      row('to the answer', old, results.old, 'answered'),
      row('to the first push', ours, results.ours, 'first', PUSH_AIM_MS),
      row('to the first push', old, results.old, 'first'),
      row('to both pushes', ours, results.ours, 'last'),
      row('to both pushes', old, results.old, 'last'),
    ];
  },
};

function row(
  what: string,
  system: System,
  rounds: Delivery[][],
  end: keyof Delivery,
  aims?: Row['aims'],
): Row {
  return {
    what,
    of: system.name,
    unit: 'ms',
    rounds: rounds.map((round) => round.map((delivery) => delivery[end])),
    ...(aims && { aims }),
  };
}

function shown(round: readonly Delivery[]): string {
  return median(round.map(({ first }) => first)).toFixed(0);
}

async function deliverAll(cloud: CloudFunction, system: System, count: number): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const parcel of await system.addParcels(count)) {
    await sleep(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least));
    deliveries.push(await deliver(cloud, system, parcel));
  }
  return deliveries;
}

async function deliver(cloud: CloudFunction, system: System, parcel: Parcel): Promise<Delivery> {
  const [{ sentAt, ms }, ...arrivals] = await Promise.all([
    sendWebhook(system.url, parcel),
    ...parcel.cids.map((cid) => cloud.arrivalAt(cid)),
  ]);
  return { answered: ms, first: Math.min(...arrivals) - sentAt, last: Math.max(...arrivals) - sentAt };
}

/** The middles of `count` equal slices of the beat, in random order. */
function shuffledOffsets(count: number): number[] {
  const offsets = Array.from({ length: count }, (_, slice) => ((slice + 0.5) / count) * POLL_INTERVAL_MS);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [offsets[last], offsets[other]] = [offsets[other] ?? 0, offsets[last] ?? 0];
  }
  return offsets;
}
