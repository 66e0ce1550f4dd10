import { setTimeout as sleep } from 'node:timers/promises';
import { type Clocked, deliverByTheClock, handOverRow } from '../deliver';
import type { Lab, System } from '../lab';
import { inWords, type Row } from '../measurement';
import { percentile } from '../statistics';
import type { Waybell } from '../waybell';
import { footprintOf, growthRows } from './footprint';
import { ANSWER_AIMS_MS } from './one-at-a-time';

/** Parts of the rate at saturation. */
export const HALF = 0.5;
export const STEADY_PART = 0.75;
const AIM_MS = 1_000;
/** By then caches, archive and logs have what belongs to the deliveries before. */
const SETTLE_MS = 5_000;
/** How often the person who waits is told that it goes on. */
const TELL_S = 60;

/** Where the load is put, and what it is a part of. */
export interface Load {
  readonly waybell: Waybell;
  readonly system: System;
  /** Deliveries a second at saturation. */
  readonly rate: number;
}

/** How webhooks are answered at half of the rate that saturates. */
export async function atHalf(lab: Lab, load: Load, seconds: number): Promise<Row[]> {
  const deliveries = await sendAPart(lab, load, HALF, seconds);
  const when = `at ${HALF} of it for ${inWords(seconds)}`;
  const row = (what: string, figure: keyof Omit<Clocked, 'trackingNo'>, aims: Row['aims'] = {}): Row => ({
    ...{ what: `${when}: ${what}`, of: 'Waybell', unit: 'ms', aims },
    rounds: [deliveries.map((delivery) => delivery[figure])],
  });
  return [
    row('to the answer', 'answered', ANSWER_AIMS_MS),
    await handOverRow(load.waybell, `${when}: `, [deliveries]),
    row('to the first push', 'first'),
    row('to both pushes', 'last'),
  ];
}

/** Three quarters of that rate for long; nothing else works meanwhile, so that what grows is of these deliveries. */
export async function steadily(lab: Lab, load: Load, seconds: number): Promise<Row[]> {
  await sleep(SETTLE_MS);
  const before = await footprintOf(load.waybell);
  const deliveries = await sendAPart(lab, load, STEADY_PART, seconds);
  await sleep(SETTLE_MS);
  const after = await footprintOf(load.waybell);
  const when = `at ${STEADY_PART} of it for ${inWords(seconds)}`;
  return [
    { ...{ what: `${when}: deliveries`, of: 'Waybell', unit: 'deliveries' }, rounds: [[deliveries.length]] },
    {
      ...{ what: `${when}: p95 to the last push`, of: 'Waybell', unit: 'ms' },
      rounds: [
        [
          percentile(
            deliveries.map(({ last }) => last),
            0.95,
          ),
        ],
      ],
      aims: { median: AIM_MS },
    },
    ...growthRows(before, after, deliveries.length).map((row) => ({ ...row, what: `${when}: ${row.what}` })),
  ];
}

async function sendAPart(
  lab: Lab,
  { system, rate }: Load,
  part: number,
  seconds: number,
): Promise<Clocked[]> {
  const perSecond = rate * part;
  const parcels = await system.addParcels(Math.max(1, Math.round(perSecond * seconds)));
  const startedAt = performance.now();
  const tell = (): void => {
    const past = (performance.now() - startedAt) / 1_000;
    lab.progress(`${perSecond.toFixed(1)} a second: ${past.toFixed(0)} of ${seconds} s`);
  };
  tell();
  const telling = setInterval(tell, TELL_S * 1_000);
  try {
    return await deliverByTheClock(lab.cloudFunction, system.url, parcels, perSecond);
  } finally {
    clearInterval(telling);
  }
}
