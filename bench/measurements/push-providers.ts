import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { SystemName } from '../lab';
import type { Measurement, Row } from '../measurement';
import { BENCH_ROOT } from '../paths';
import { openContest, type Contestant, type Turn } from '../push/contest';
import { ANSWER_AFTER_MS, MOST_STREAMS, type ProviderName } from '../push/wires';
import { median } from '../statistics';

const SIZES = {
  full: { rounds: 3, warmUp: 3_000, share: 1 },
  quick: { rounds: 2, warmUp: 300, share: 0.1 },
};

type Figure = readonly [what: string, unit: Row['unit'], samples: (turn: Turn) => readonly number[]];

const LATENCY: Figure = ['to the answer', 'ms', ({ latenciesMs }) => latenciesMs];
const RATE: Figure = ['rate', 'pushes/s', ({ latenciesMs, seconds }) => [latenciesMs.length / seconds]];
const PROCESSOR: Figure = [
  'processor time',
  'µs',
  ({ latenciesMs, processorMs }) => [(processorMs * 1_000) / latenciesMs.length],
];

/** One in flight shows the latency, many what a process can do; a turn of each takes about two seconds. */
const LOADS = [
  { inFlight: 1, pushes: 60, figures: [LATENCY] },
  { inFlight: 50, pushes: 2_000, figures: [RATE, LATENCY] },
  { inFlight: 200, pushes: 4_000, figures: [RATE, LATENCY, PROCESSOR] },
];
const WARM_UP_IN_FLIGHT = 50;
/** By then every connection of the load is open. */
const UNCOUNTED_EACH = 2;

/** Who pushes to which provider. Google's own package for fcm needs Node.js 22; for the two before it there is none. */
const CONTESTS: readonly (readonly [provider: ProviderName, ...systems: SystemName[]])[] = [
  ['unicloud', 'Waybell'],
  ['getui', 'Waybell'],
  ['fcm', 'Waybell'],
  ['apns', 'Waybell', 'apns2', '@parse/node-apn'],
  ['webpush', 'Waybell', 'web-push'],
];

type Load = (typeof LOADS)[number];

/** What one system did under one load, round by round. */
interface Score {
  readonly system: SystemName;
  readonly load: Load;
  readonly turns: readonly Turn[];
}

const packages = JSON.parse(readFileSync(path.join(BENCH_ROOT, 'package.json'), 'utf8')) as {
  readonly devDependencies: Readonly<Partial<Record<SystemName, string>>>;
};
const named = (system: SystemName): string => `\`${system}\` ${packages.devDependencies[system] ?? ''}`;

export const pushProviders: Measurement = {
  name: 'push-providers',
  title: 'Pushes to one provider',
  method: `Waybell's compiled providers alone, with the settings that a user gives them: a push is built, sent, and its answer read; what Temporal and the database add is in the measurements below. Each system pushes from a process of its own to one process of fake providers, which answers ${ANSWER_AFTER_MS} ms after it has read a push: over TLS and HTTP/1.1, for apns HTTP/2 with up to ${MOST_STREAMS} streams. After each turn that process accounts for it: every phone got exactly one push with the right text, for webpush after decrypting each; otherwise there are no figures. Beside Waybell, each as its documents tell and with one client for all pushes: ${named('web-push')}, ${named('apns2')} and ${named('@parse/node-apn')}. In each round every system takes a turn under each load, every second round in reverse order. The first ${SIZES.full.warmUp} pushes of a process are not counted, nor the first ${UNCOUNTED_EACH} for each one in flight of a turn, which open connections. “To the answer” is from the call until its promise resolves. “Processor time” is what one push costs the pushing process, all its threads together; of two cores the fake keeps one busy, so that this limits the rate. Where the time of the fake is near it, the fake limits too; and answers after ${ANSWER_AFTER_MS} ms allow 50 in flight no more than ${(50 * 1_000) / ANSWER_AFTER_MS} a second. They do not do quite the same: Waybell gives each push a deadline, makes its ids by hashing, and reads an answer no further than 64 KB. apns2 has no deadline and sends no \`apns-id\`, and its pool is made anew for the port of the fake, since it knows 443 only. web-push signs a token for each push, Waybell one for half a day.`,
  async run(lab) {
    const contest = await openContest(await lab.newDataDir());
    try {
      const rows: Row[] = [];
      for (const [provider, ...systems] of CONTESTS) {
        const scores = await takeTurns(
          systems.map((system) => contest.enter(system, provider)),
          lab.quick ? SIZES.quick : SIZES.full,
        );
        await contest.dismiss();
        lab.progress(`${provider}: ${scores.map(shown).join(', ')}`);
        rows.push(...rowsOf(provider, scores));
      }
      return rows;
    } finally {
      await contest.close();
    }
  },
};

async function takeTurns(
  contestants: readonly Contestant[],
  { rounds, warmUp, share }: (typeof SIZES)[keyof typeof SIZES],
): Promise<Score[]> {
  for (const contestant of contestants) await contestant.send(WARM_UP_IN_FLIGHT, 0, warmUp);
  const scores = LOADS.flatMap((load) =>
    contestants.map((contestant) => ({ contestant, load, turns: [] as Turn[] })),
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const { contestant, load, turns } of round % 2 === 0 ? scores : scores.toReversed()) {
      turns.push(await contestant.send(load.inFlight, load.inFlight * UNCOUNTED_EACH, load.pushes * share));
    }
  }
  return scores.map(({ contestant: { system }, load, turns }) => ({ system, load, turns }));
}

function rowsOf(provider: ProviderName, scores: readonly Score[]): Row[] {
  const rows = LOADS.flatMap((load) =>
    load.figures.flatMap(([figure, unit, samples]) => {
      const what = `${provider}, ${load.inFlight} in flight: ${figure}`;
      return scores
        .filter((score) => score.load === load)
        .map(({ system: of, turns }) => ({ what, of, unit, rounds: turns.map(samples) }));
    }),
  );
  return [...rows, fakeRow(provider, scores)];
}

/** Of the load that is told last, as the processor time of those who push. */
function fakeRow(provider: ProviderName, scores: readonly Score[]): Row {
  const load = LOADS.at(-1);
  const turns = scores.filter((score) => score.load === load).flatMap((score) => score.turns);
  return {
    what: `${provider}, ${load?.inFlight} in flight: processor time of the fake`,
    of: 'the bench itself',
    unit: 'µs',
    rounds: turns.map(({ fakeMicroseconds }) => [fakeMicroseconds]),
  };
}

function shown({ system, load, turns }: Score): string {
  const [[, unit, samples]] = load.figures as [Figure];
  return `${system} ${median(turns.flatMap(samples)).toFixed(0)} ${unit} at ${load.inFlight}`;
}
