import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFunction } from './cloud-function';
import { openVisibility } from './engines/visibility';
import { keepInFlight } from './in-flight';
import type { Row } from './measurement';
import type { Parcel } from './parcels';
import { untilCounted } from './patience';
import { median } from './statistics';
import type { Waybell } from './waybell';
import { sendWebhook } from './webhook';

/** What became of one webhook; milliseconds from the moment before it was sent. */
export interface Delivered {
  readonly trackingNo: string;
  readonly answered: number;
  readonly first: number;
  /** To the last of the two pushes. */
  readonly last: number;
  /** When its answer was read, by the clock that Temporal has too. */
  readonly answeredAt: number;
}

/** A delivery that was sent by the clock. */
export interface Clocked extends Delivered {
  /** How far behind its plan the bench sent it. */
  readonly behind: number;
}

/** Sends the webhook of one parcel, and waits for its answer and both pushes. */
export async function deliver(cloud: CloudFunction, url: string, parcel: Parcel): Promise<Delivered> {
  const [{ sentAt, ms }, ...arrivals] = await Promise.all([
    sendWebhook(url, parcel),
    ...parcel.cids.map((cid) => cloud.arrivalAt(cid)),
  ]);
  return {
    trackingNo: parcel.trackingNo,
    answered: ms,
    first: Math.min(...arrivals) - sentAt,
    last: Math.max(...arrivals) - sentAt,
    answeredAt: performance.timeOrigin + sentAt + ms,
  };
}

/** Delivers them all, so many at a time. */
export async function deliverAll(
  cloud: CloudFunction,
  url: string,
  parcels: readonly Parcel[],
  atOnce: number,
): Promise<void> {
  await keepInFlight(atOnce, parcels.length, async (index) => {
    const parcel = parcels[index];
    if (parcel) await deliver(cloud, url, parcel);
  });
}

/** Sends them at a rate, whether or not earlier ones were answered. */
export function deliverByTheClock(
  cloud: CloudFunction,
  url: string,
  parcels: readonly Parcel[],
  perSecond: number,
): Promise<Clocked[]> {
  const startedAt = performance.now();
  return Promise.all(
    parcels.map(async (parcel, index) => {
      const planned = startedAt + (index * 1_000) / perSecond;
      await sleep(planned - performance.now());
      // A timer may fire up to a millisecond early.
      const behind = Math.max(performance.now() - planned, 0);
      return { ...(await deliver(cloud, url, parcel)), behind };
    }),
  );
}

/** How long each delivery lay on the disk of the API alone: from its answer until Temporal had begun it. */
export async function handOverRow(
  waybell: Waybell,
  when: string,
  rounds: readonly (readonly Delivered[])[],
): Promise<Row> {
  const all = rounds.flat();
  const since = Math.min(...all.map(({ answeredAt, answered }) => answeredAt - answered)) - 1_000;
  const visibility = await openVisibility(waybell);
  try {
    let starts: ReadonlyMap<string, number> = new Map();
    await untilCounted('starts of Waybell', all.length, async () => {
      starts = await visibility.startsSince(since);
      return all.filter(({ trackingNo }) => starts.has(trackingNo)).length;
    });
    const waited = ({ trackingNo, answeredAt }: Delivered): number =>
      Math.max(0, (starts.get(trackingNo) ?? Infinity) - answeredAt);
    return {
      ...{ what: `${when}on the API's disk alone`, of: 'Waybell', unit: 'ms' },
      rounds: rounds.map((round) => round.map(waited)),
    };
  } finally {
    await visibility.close();
  }
}

/** Ahead of the other, round by round: below 1 it is Waybell. */
export function besideOther(
  what: string,
  ours: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
): Row {
  return {
    ...{ what: `${what}, Waybell beside the old pipeline`, of: 'Waybell', unit: '×' },
    rounds: ours.map((round, index) => [median(round) / median(others[index] ?? round)]),
    aims: { median: 1 },
  };
}
