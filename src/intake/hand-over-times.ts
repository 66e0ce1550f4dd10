import { Histogram, type Registry } from 'prom-client';

/** How long requests lie on the disk of this process alone. */
export interface HandOverTimes {
  /** @param ms how long the journal alone had a request that Temporal has now */
  readonly took: (ms: number) => void;
  readonly addTo: (registry: Registry) => void;
}

/** Seconds: from a start that follows at once, through a flood, to outages of minutes and hours. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3_600];
const MS = 1_000;

export function createHandOverTimes(): HandOverTimes {
  const times = new Histogram({
    name: 'waybell_journal_handover_seconds',
    help: 'How long a request was on the disk of this API alone: from the journal to Temporal.',
    buckets: BUCKETS,
    registers: [],
  });
  return {
    took: (ms) => times.observe(ms / MS),
    addTo: (registry) => registry.registerMetric(times),
  };
}
