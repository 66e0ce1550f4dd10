import { Gauge, type Registry } from 'prom-client';
import { listAttention, type AttentionPage } from './list-attention';
import type { ApiDependencies } from './dependencies';
import { ATTENTION_KINDS } from '../shipment/attention';

/** How long one look at the database serves all scrapes; milliseconds. */
const FRESH_MS = 10_000;
/** Overdue entries are counted among so many that wait longest. */
const LOOKED_AT = 200;
/** A scrape does not wait for a Temporal server that is away; milliseconds. */
const BUDGET_MS = 3_000;

/** Shows what waits, since when, and how much of it is overdue. What cannot be read now is not shown. */
export function addAttentionGauges(registry: Registry, deps: ApiDependencies): void {
  const { temporal, log, clock = Date.now } = deps;
  let looked: { readonly at: number; readonly page: Promise<AttentionPage | undefined> } | undefined;

  function look(): Promise<AttentionPage | undefined> {
    if (looked && clock() - looked.at < FRESH_MS) return looked.page;
    const page = temporal
      .withDeadline(Date.now() + BUDGET_MS, () => listAttention(deps, { limit: LOOKED_AT }))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'what waits cannot be counted now');
        return undefined;
      });
    looked = { at: clock(), page };
    return page;
  }

  const gauge = (name: string, help: string, read: (page: AttentionPage) => Record<string, number>): void => {
    new Gauge({
      name,
      help,
      labelNames: ['kind'],
      registers: [registry],
      async collect() {
        this.reset();
        const page = await look();
        if (!page) return;
        const values = read(page);
        for (const kind of ATTENTION_KINDS) this.set({ kind }, values[kind] ?? 0);
      },
    });
  };
  gauge('waybell_attention', 'What waits, by what it waits for.', ({ counts, entries }) => ({
    ...countBy(entries),
    ...Object.fromEntries(counts.map(({ kind, count }) => [kind, count])),
  }));
  gauge(
    'waybell_attention_oldest_seconds',
    'For how long the oldest of them waits.',
    ({ entries, counts }) => {
      const oldest: Record<string, number> = {};
      for (const { kind, since } of [
        ...entries,
        ...counts.map(({ kind, oldest: since }) => ({ kind, since })),
      ]) {
        oldest[kind] = Math.max(oldest[kind] ?? 0, (clock() - since.getTime()) / 1000);
      }
      return oldest;
    },
  );
  gauge('waybell_attention_overdue', 'What should not wait any more.', ({ entries, counts }) => ({
    ...countBy(entries.filter(({ alarm }) => alarm !== null)),
    ...Object.fromEntries(
      counts.filter(({ overdue }) => overdue > 0).map(({ kind, overdue }) => [kind, overdue]),
    ),
  }));
}

function countBy(entries: readonly { readonly kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
