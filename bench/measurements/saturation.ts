import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, openCount, startBareSdk, startDbos } from '../engines/start';
import { keepInFlight } from '../in-flight';
import type { Lab } from '../lab';
import type { Measurement, Row } from '../measurement';
import { processorMsOfTree } from '../processor-time';
import { median, percentile } from '../statistics';
import type { Waybell } from '../waybell';
import { sendWebhook } from '../webhook';

const SIZES = {
  full: { rounds: 5, warmUp: 60, deliveries: 300, idleMs: 20_000, steadyS: 600 },
  quick: { rounds: 2, warmUp: 10, deliveries: 30, idleMs: 3_000, steadyS: 5 },
};
const IN_FLIGHT = 20;
/** How often it is asked whether all have ended. */
const LOOK_MS = 100;
/** What is written after the last delivery has ended belongs to it. */
const SETTLE_MS = 2_000;
const STEADY_PART = 0.75;
/** Ratios: what two cores do in a second is another number on the next machine. */
const AIMS = { processor: 1.35, empty: 1 / 0.45, dbos: 1 / 0.4, steadyMs: 1_000 };

export const saturation: Measurement = {
  name: 'saturation',
  title: 'As many as can be, beside the bare engines',
  method: `In each round every system gets ${SIZES.full.deliveries} webhooks, ${IN_FLIGHT} unanswered at a time, as fast as it answers; the rate is by the time until the last of its deliveries has ended. Each round begins with another system. All share one Temporal server and one PostgreSQL server, those of Waybell. “bare SDK” is a process of the same Temporal SDK with the steps, search attributes, summaries and details of a usual delivery, whose steps do nothing: only the two pushes go to the cloud function. “empty workflow” is the same process with a workflow that does nothing at all. “DBOS” is \`@dbos-inc/dbos-sdk\` 5.3.0 with the same idle steps on PostgreSQL. So Waybell alone reads and writes a shop's tables in its steps, keeps a journal, and counts what it does: the factors tell what that costs. “Processor” is the time of the system's own processes and of both servers for one delivery, less what all take with nothing to do. Every phone must have got exactly one push, or there are no figures. Afterwards Waybell gets ${STEADY_PART} of its own rate by the clock for ${SIZES.full.steadyS / 60} minutes.`,
  async run(lab) {
    const { waybell } = await lab.sideBySide();
    const { rounds, warmUp, deliveries, idleMs, steadyS } = lab.quick ? SIZES.quick : SIZES.full;
    const { url } = lab.cloudFunction;
    const engines = [
      await ourEngine(lab, waybell),
      await startBareSdk(waybell, 'bareDelivery', url),
      await startBareSdk(waybell, 'emptyWorkflow', url),
      await startDbos(waybell, url),
    ];
    try {
      for (const engine of engines) await saturate(lab, waybell, engine, warmUp, 0);
      const idlePerMs = await idleProcessor(waybell, engines, idleMs);
      const turns = engines.map((engine) => ({ engine, turns: [] as Turn[] }));
      for (let round = 0; round < rounds; round += 1) {
        for (const each of [...turns.slice(round % turns.length), ...turns.slice(0, round % turns.length)])
          each.turns.push(await saturate(lab, waybell, each.engine, deliveries, idlePerMs));
        const shown = turns.map(({ engine, turns: all }) => `${engine.name} ${all.at(-1)?.rate.toFixed(1)}`);
        lab.progress(`saturation ${round + 1} of ${rounds}, deliveries a second: ${shown.join(', ')}`);
      }
      const [ours, bare, empty, dbos] = turns.map(({ turns: all }) => all);
      if (!ours || !bare || !empty || !dbos) throw new Error('four engines were started');
      const rate = median(ours.map((turn) => turn.rate)) * STEADY_PART;
      const steady = await sendSteadily(lab, engines[0], rate, Math.round(rate * steadyS));
      return [
        ...turns.map(({ engine, turns: all }): Row => ({
          ...{ what: 'rate', of: engine.name, unit: 'deliveries/s' },
          rounds: all.map((turn) => [turn.rate]),
        })),
        ...turns.map(({ engine, turns: all }): Row => ({
          ...{ what: 'processor', of: engine.name, unit: 'ms' },
          rounds: all.map((turn) => [turn.processorMs]),
        })),
        ratio(
          'processor, Waybell beside the bare SDK',
          ours,
          bare,
          ({ processorMs }) => processorMs,
          AIMS.processor,
        ),
        ratio('rate, the empty workflow beside Waybell', empty, ours, (turn) => turn.rate, AIMS.empty),
        ratio('rate, DBOS beside Waybell', dbos, ours, (turn) => turn.rate, AIMS.dbos),
        {
          what: `at ${STEADY_PART} of it for ${steadyS / 60} minutes: p95 to the last push`,
          of: 'Waybell',
          unit: 'ms',
          rounds: [[percentile(steady, 0.95)]],
          aims: { median: AIMS.steadyMs },
        },
      ];
    } finally {
      for (const engine of engines) await engine.stop();
    }
  },
};

/** One turn of one system. */
interface Turn {
  readonly rate: number;
  /** For one delivery. */
  readonly processorMs: number;
}

const ratio = (
  what: string,
  over: readonly Turn[],
  under: readonly Turn[],
  figure: (turn: Turn) => number,
  aim: number,
): Row => ({
  ...{ what, of: 'Waybell', unit: '×' },
  rounds: over.map((turn, round) => [figure(turn) / figure(under[round] ?? turn)]),
  aims: { median: aim },
});

async function ourEngine(lab: Lab, waybell: Waybell): Promise<Engine> {
  const {
    systems: [ours],
  } = await lab.sideBySide();
  const count = await openCount(waybell, 'DeliveryNotification');
  // Its processes are counted with the servers, which it has started.
  return { ...ours, ...count, pushes: true, processorMs: () => Promise.resolve(0) };
}

async function idleProcessor(waybell: Waybell, engines: readonly Engine[], forMs: number): Promise<number> {
  const all = async (): Promise<number> => {
    const own = await Promise.all(engines.map((engine) => engine.processorMs()));
    return own.reduce((sum, ms) => sum + ms, await processorMsOfTree(waybell.pid));
  };
  const before = await all();
  await sleep(forMs);
  return ((await all()) - before) / forMs;
}

async function saturate(
  lab: Lab,
  waybell: Waybell,
  engine: Engine,
  count: number,
  idlePerMs: number,
): Promise<Turn> {
  const parcels = await engine.addParcels(count);
  const spent = async (): Promise<number> =>
    (await processorMsOfTree(waybell.pid)) + (await engine.processorMs());
  const [endedBefore, spentBefore, startedAt] = [await engine.ended(), await spent(), performance.now()];
  await keepInFlight(IN_FLIGHT, count, (index) => {
    const parcel = parcels[index];
    if (parcel === undefined) throw new Error('a parcel for each webhook');
    return sendWebhook(engine.url, parcel);
  });
  if (engine.pushes)
    await Promise.all(parcels.flatMap(({ cids }) => cids.map((cid) => lab.cloudFunction.arrivalAt(cid))));
  while ((await engine.ended()) < endedBefore + count) await sleep(LOOK_MS);
  const ms = performance.now() - startedAt;
  await sleep(SETTLE_MS);
  const busyMs = (await spent()) - spentBefore - idlePerMs * (ms + SETTLE_MS);
  return { rate: (count * 1_000) / ms, processorMs: busyMs / count };
}

/** @returns until both pushes of each parcel were there; milliseconds */
async function sendSteadily(
  lab: Lab,
  engine: Engine | undefined,
  perSecond: number,
  count: number,
): Promise<number[]> {
  if (engine === undefined) throw new Error('Waybell is the first');
  const parcels = await engine.addParcels(count);
  const startedAt = performance.now();
  return Promise.all(
    parcels.map(async (parcel, index) => {
      await sleep(startedAt + (index * 1_000) / perSecond - performance.now());
      const [{ sentAt }, ...arrivals] = await Promise.all([
        sendWebhook(engine.url, parcel),
        ...parcel.cids.map((cid) => lab.cloudFunction.arrivalAt(cid)),
      ]);
      return Math.max(...arrivals) - sentAt;
    }),
  );
}
