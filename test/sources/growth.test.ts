import { describe, expect, test } from '@jest/globals';
import { SOURCES } from '../../src/sources/registry';
import type { Source, WebhookRequest } from '../../src/sources/source';
import { carriedBy } from './carried';
import { conditionsOf, receivedOf } from './requests';
import { loadVectors } from './vectors/load';
import { worstInputs, type WorstInput } from './worst-inputs';

const SMALL = 64 * 1024;
/** What the API takes as a body; bytes. */
const LARGE = 1024 * 1024;
/**
 * Sixteen times the input: what is linear takes sixteen times as long, and up to twenty where memory is farther away;
 * what grows with the square takes 256 times as long.
 */
const MAX_RATIO = 32;
/** What the small input takes is never counted as less; ms. Where the large one takes below 128 ms, nobody waits for it. */
const LEAST_MS = 4;
/** The best of as many counts: what the processor does for others is nobody's fault. */
const RUNS = 10;

function cpuMsOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** All that is done with a request, before anybody knows whether it is genuine and after. */
function read(source: Source, request: WebhookRequest, now: number): void {
  const conditions = conditionsOf(now);
  source.verify?.(request, ['secret'], conditions);
  const { updates, refusal } = source.parse(request, conditions);
  if (!refusal) source.acknowledge({ request, now, received: receivedOf(updates) });
  source.refuse?.('no', request);
}

/** How many times as long the large input takes as the small one; as soon as that is bounded, it is enough. */
function growthOf(source: Source, { of }: WorstInput, now: number): number {
  const large = of(LARGE);
  let [bestSmall, bestLarge] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const ratio = (): number => bestLarge / Math.max(bestSmall, LEAST_MS);
  bestLarge = cpuMsOf(() => read(source, large, now));
  if (bestLarge <= MAX_RATIO * LEAST_MS) return 0;
  const small = of(SMALL);
  for (let run = 0; run < RUNS; run += 1) {
    bestSmall = Math.min(
      bestSmall,
      cpuMsOf(() => read(source, small, now)),
    );
    if (ratio() <= MAX_RATIO) return ratio();
    bestLarge = Math.min(
      bestLarge,
      cpuMsOf(() => read(source, large, now)),
    );
  }
  return ratio();
}

/** One genuine request for each of the formats that a source speaks. */
async function formatsOf({ name }: Source): Promise<{ requests: WebhookRequest[]; now: number }> {
  const vectors = await loadVectors(name);
  const requests = new Map<string, WebhookRequest>();
  for (const { request } of vectors?.genuine ?? []) {
    const format = `${carriedBy(request).text.trimStart().slice(0, 1)} ${request.body.toString('latin1', 0, 1)}`;
    if (!requests.has(format)) requests.set(format, request);
  }
  return { requests: [...requests.values()], now: vectors?.now ?? 0 };
}

describe.each(SOURCES.map((source) => [source.name, source] as const))('%s', (_, source) => {
  test('takes no longer than its input grows, whatever it is made of', async () => {
    const { requests, now } = await formatsOf(source);
    expect(requests.length).toBeGreaterThan(0);
    const tooSlow = requests.flatMap(worstInputs).flatMap((input) => {
      const growth = growthOf(source, input, now);
      return growth > MAX_RATIO ? [{ input: input.what, growth }] : [];
    });
    expect(tooSlow).toEqual([]);
  });
});
