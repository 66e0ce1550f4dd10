import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFunction } from '../cloud-function';
import { deliver, type Delivered, handOverRow } from '../deliver';
import type { System } from '../lab';
import type { Measurement, Row } from '../measurement';
import { POLL_INTERVAL_MS } from '../seed-replica/poll';
import { median } from '../statistics';

const SIZES = {
  full: { rounds: 3, turns: 8, oursPerTurn: 10 },
  quick: { rounds: 2, turns: 2, oursPerTurn: 10 },
};
const FIRST_PUSH_HOPE = {
  median: 35,
  gap: 'What remains is the start in Temporal, one workflow task, and the steps before the push, each with its commit in PostgreSQL: the bare SDK pays the first two as well.',
};
export const ANSWER_AIMS_MS = { median: 6, p99: 30 };
/** The first deliveries of a new process compile code and fill caches; they are not counted. */
const WARM_UP = 20;
/** A delivery records its outcome after its last push: the next one finds the machine quiet. */
const PAUSE_MS = { least: 100, most: 200 };

export const oneAtATime: Measurement = {
  name: 'one-at-a-time',
  title: 'One webhook at a time',
  method: `From the moment before a webhook is written to the socket until the whole answer is read, and until the push requests arrive at the cloud function; all are stamped by one clock in one process, over kept connections. “On the API's disk alone” is from the answer to the time at which Temporal says that the workflow began, zero where it began before; the commit of that start, some milliseconds, comes on top. Waybell answers when its journal is on disk, the replica when PostgreSQL has its two rows; neither checks a signature. Each webhook is the first scan of a parcel with one buyer's phone and one merchant's phone; the next one waits until both pushes are there, and ${PAUSE_MS.least}–${PAUSE_MS.most} ms more. Rounds of ${SIZES.full.turns} turns: ${SIZES.full.oursPerTurn} webhooks to Waybell, then one to the replica, at a random moment of its beat. The replica's two processes look every ${POLL_INTERVAL_MS / 1_000} s; the distance between their looks, on which its figure hangs, is another one in each round, evenly spread. The replica errs to its own advantage: its statements go straight to PostgreSQL instead of through PostgREST, its looks keep a fixed beat, and it takes everything that waits at once.`,
  async run(lab) {
    const { waybell, replica, systems } = await lab.sideBySide();
    const [ours, old] = systems;
    const { rounds, turns, oursPerTurn } = lab.quick ? SIZES.quick : SIZES.full;
    const results = { ours: [] as Delivered[][], old: [] as Delivered[][] };
    await deliverAll(lab.cloudFunction, ours, WARM_UP);

    for (const [round, offsetMs] of shuffledOffsets(rounds).entries()) {
      await replica.restartPollers(offsetMs);
      await sleep(POLL_INTERVAL_MS + offsetMs);
      const oldParcels = await old.addParcels(turns);
      const roundOurs: Delivered[] = [];
      const roundOld: Delivered[] = [];
      for (const parcel of oldParcels) {
        roundOurs.push(...(await deliverAll(lab.cloudFunction, ours, oursPerTurn)));
        await sleep(Math.random() * POLL_INTERVAL_MS);
        roundOld.push(await deliver(lab.cloudFunction, old.url, parcel));
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
      await handOverRow(waybell, '', results.ours),
      { ...row('to the first push', ours, results.ours, 'first'), hopes: FIRST_PUSH_HOPE },
      row('to the first push', old, results.old, 'first'),
      row('to both pushes', ours, results.ours, 'last'),
      row('to both pushes', old, results.old, 'last'),
    ];
  },
};

function row(
  what: string,
  system: System,
  rounds: Delivered[][],
  end: keyof Omit<Delivered, 'trackingNo'>,
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

function shown(round: readonly Delivered[]): string {
  return median(round.map(({ first }) => first)).toFixed(0);
}

async function deliverAll(cloud: CloudFunction, system: System, count: number): Promise<Delivered[]> {
  const deliveries: Delivered[] = [];
  for (const parcel of await system.addParcels(count)) {
    await sleep(PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least));
    deliveries.push(await deliver(cloud, system.url, parcel));
  }
  return deliveries;
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
