import { Gauge, type Registry } from 'prom-client';
import type { ApiDependencies } from './dependencies';
import { type AttentionSum, sumAttention } from '../insight/attention';
import { ATTENTION_KINDS } from '../shipment/attention';

/** How long one look at the database serves all scrapes; milliseconds. */
const FRESH_MS = 10_000;
/** A scrape does not wait for a Temporal server that is away; milliseconds. */
const TEMPORAL_BUDGET_MS = 3_000;

/** Shows what waits, since when, and how much of it is overdue. What cannot be read now is not shown. */
export function addAttentionGauges(registry: Registry, deps: ApiDependencies): void {
  const { log, clock = Date.now } = deps;
  let looked: { readonly at: number; readonly sum: Promise<AttentionSum | undefined> } | undefined;

  function look(): Promise<AttentionSum | undefined> {
    if (looked && clock() - looked.at < FRESH_MS) return looked.sum;
    const sum = sumAttention({ ...deps, temporalBudgetMs: TEMPORAL_BUDGET_MS }).catch((error: unknown) => {
      log.warn({ err: error }, 'what waits cannot be counted now');
      return undefined;
    });
    looked = { at: clock(), sum };
    return sum;
  }

  const gauge = (name: string, help: string, read: (sum: AttentionSum) => Record<string, number>): void => {
    new Gauge({
      name,
      help,
      labelNames: ['kind'],
      registers: [registry],
      async collect() {
        this.reset();
        const sum = await look();
        if (!sum) return;
        const values = read(sum);
        for (const kind of ATTENTION_KINDS) this.set({ kind }, values[kind] ?? 0);
      },
    });
  };
  gauge('waybell_attention', 'What waits, by what it waits for.', ({ counts, others }) => ({
    ...countBy(others),
    ...Object.fromEntries(counts.map(({ kind, count }) => [kind, count])),
  }));
  gauge(
    'waybell_attention_oldest_seconds',
    'For how long the oldest of them waits.',
    ({ others, counts }) => {
      const oldest: Record<string, number> = {};
      for (const { kind, since } of [
        ...others,
        ...counts.map(({ kind, oldest: since }) => ({ kind, since })),
      ]) {
        oldest[kind] = Math.max(oldest[kind] ?? 0, (clock() - since.getTime()) / 1000);
      }
      return oldest;
    },
  );
  gauge('waybell_attention_overdue', 'What should not wait any more.', ({ overdue }) => overdue);
}

function countBy(entries: readonly { readonly kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
