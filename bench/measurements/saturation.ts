import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, startBareSdk, startDbos } from '../engines/start';
import { openVisibility } from '../engines/visibility';
import { keepInFlight } from '../in-flight';
import type { Lab } from '../lab';
import { inWords, type Measurement, type Row } from '../measurement';
import { untilCounted } from '../patience';
import { processorMsOfTree } from '../processor-time';
import { median } from '../statistics';
import type { Waybell } from '../waybell';
import { sendWebhook } from '../webhook';
import { atHalf, HALF, steadily, STEADY_PART } from './under-load';

const SIZES = {
  full: { rounds: 3, warmUp: 60, deliveries: 300, idleMs: 20_000, halfS: 60, steadyS: 600 },
  quick: { rounds: 2, warmUp: 10, deliveries: 30, idleMs: 3_000, halfS: 5, steadyS: 5 },
};
const IN_FLIGHT = 20;
/** What is written after the last delivery has ended belongs to it. */
const SETTLE_MS = 2_000;
/** Of a usual delivery to two phones that pushes near: one workflow task, seven local activities, two upserts. */
const USUAL_EVENTS = 14;
/** Ratios: what two cores do in a second is another number on the next machine. */
const AIMS = { processor: 1.35, empty: 1 / 0.45 };
const GAP =
  'A delivery of Waybell has seven steps, and most of them commit in PostgreSQL; the other has one commit, or steps that touch no table of a shop. The rows of the bare SDK say what Temporal takes of it.';
const HOPES = { empty: { median: 1 / 0.55, gap: GAP }, dbos: { median: 1 / 0.4, gap: GAP } };

export const saturation: Measurement = {
  name: 'saturation',
  title: 'As many as can be, beside the bare engines',
  method: `In each round every system gets ${SIZES.full.deliveries} webhooks, ${IN_FLIGHT} unanswered at a time, as fast as it answers; the rate is by the time until the last of its deliveries has ended. Waybell answers once a webhook is on disk, the engines once a workflow has begun: so Waybell alone has nearly all of them under way at once. Each round begins with another system. All share one Temporal server and one PostgreSQL server, those of Waybell. “bare SDK” is a process of the same Temporal SDK with the steps of a usual delivery as Waybell has them: seven local activities in one workflow task, the first try of each push among them, two upserts of search attributes, and the same summaries and details. Its steps do nothing: only the two pushes go to the cloud function. “With the events of a usual delivery” is how many of its workflows have a history of ${USUAL_EVENTS} events; a delivery of Waybell that found no place near pushes by normal activities, and has more. “empty workflow” is the same process with a workflow that does nothing at all. “DBOS” is \`@dbos-inc/dbos-sdk\` 5.3.0 with the same idle steps on PostgreSQL. So Waybell alone reads and writes a shop's tables in its steps, keeps a journal, and counts what it does: the factors tell what that costs. “Processor” is the time of the system's own processes and of both servers for one delivery, less what all take with nothing to do. Every phone must have got exactly one push from Waybell, or there are no figures; the engines have nothing that keeps a step from running twice, and “got two pushes” says how often it did. Afterwards Waybell gets ${HALF} of its own rate by the clock for ${inWords(SIZES.full.halfS)}, and ${STEADY_PART} of it for ${inWords(SIZES.full.steadyS)}. What these last deliveries add to memory and disk is by two looks at all processes and at the data folder, before and after, divided by the deliveries; \`-- --only many\` does it over 20,000.`,
  async run(lab) {
    const { waybell, systems } = await lab.sideBySide();
    const { rounds, warmUp, deliveries, idleMs, halfS, steadyS } = lab.quick ? SIZES.quick : SIZES.full;
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
      }
      const [ours, bare, empty, dbos] = turns.map(({ turns: all }) => all);
      if (!ours || !bare || !empty || !dbos) throw new Error('four engines were started');
      const usual = await usualRows(waybell);
      const rate = median(ours.map((turn) => turn.rate));
      const load = { waybell, system: systems[0], rate };
      return [
        ...turns.map(({ engine, turns: all }): Row => ({
          ...{ what: 'rate', of: engine.name, unit: 'deliveries/s' },
          rounds: all.map((turn) => [turn.rate]),
        })),
        ...turns.map(({ engine, turns: all }): Row => ({
          ...{ what: 'processor', of: engine.name, unit: 'ms' },
          rounds: all.map((turn) => [turn.processorMs]),
        })),
        ...turns
          .filter(({ engine }) => engine.pushes)
          .map(({ engine, turns: all }): Row => ({
            ...{ what: 'got two pushes', of: engine.name, unit: 'phones' },
            rounds: all.map((turn) => [turn.twice]),
          })),
        ratio('processor, Waybell beside the bare SDK', ours, bare, (turn) => turn.processorMs, {
          aims: { median: AIMS.processor },
        }),
        ratio('rate, the empty workflow beside Waybell', empty, ours, (turn) => turn.rate, {
          ...{ aims: { median: AIMS.empty }, hopes: HOPES.empty },
        }),
        ratio('rate, DBOS beside Waybell', dbos, ours, (turn) => turn.rate, { hopes: HOPES.dbos }),
        ...usual,
        ...(await atHalf(lab, load, halfS)),
        ...(await steadily(lab, load, steadyS)),
      ];
    } finally {
      for (const engine of engines) await engine.stop();
    }
  },
};

/** One turn of one system. */
interface Turn {
  readonly rate: number;
  /** Phones that got more than one push. */
  readonly twice: number;
  /** For one delivery. */
  readonly processorMs: number;
}

const ratio = (
  what: string,
  over: readonly Turn[],
  under: readonly Turn[],
  figure: (turn: Turn) => number,
  bounds: Pick<Row, 'aims' | 'hopes'>,
): Row => ({
  ...{ what, of: 'Waybell', unit: '×' },
  rounds: over.map((turn, round) => [figure(turn) / figure(under[round] ?? turn)]),
  ...bounds,
});

async function ourEngine(lab: Lab, waybell: Waybell): Promise<Engine> {
  const {
    systems: [ours],
  } = await lab.sideBySide();
  const visibility = await openVisibility(waybell);
  return {
    ...ours,
    pushes: true,
    ended: () => visibility.ended('DeliveryNotification'),
    // Its processes are counted with the servers, which it has started.
    processorMs: () => Promise.resolve(0),
    stop: () => visibility.close(),
  };
}

/** How many of all deliveries so far were as usual, and that those of the bare SDK are. */
async function usualRows(waybell: Waybell): Promise<Row[]> {
  const visibility = await openVisibility(waybell);
  const share = async (type: string, of: Row['of']): Promise<Row> => ({
    ...{
      what: `of its workflows, ${of}: with the ${USUAL_EVENTS} events of a usual delivery`,
      of,
      unit: '%',
    },
    rounds: [[(100 * (await visibility.ended(type, USUAL_EVENTS))) / (await visibility.ended(type))]],
  });
  try {
    return [await share('DeliveryNotification', 'Waybell'), await share('bareDelivery', 'bare SDK')];
  } finally {
    await visibility.close();
  }
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
  await untilCounted(`deliveries of ${engine.name}`, endedBefore + count, () => engine.ended());
  const ms = performance.now() - startedAt;
  await sleep(SETTLE_MS);
  const busyMs = (await spent()) - spentBefore - idlePerMs * (ms + SETTLE_MS);
  const twice =
    engine.name === 'Waybell' ? 0 : lab.cloudFunction.excuse(new Set(parcels.flatMap(({ cids }) => cids)));
  const turn = { rate: (count * 1_000) / ms, processorMs: busyMs / count, twice };
  lab.progress(
    `${engine.name}: ${count} at ${turn.rate.toFixed(1)} deliveries a second, ${turn.processorMs.toFixed(0)} ms each`,
  );
  return turn;
}
