import { Counter, type Registry } from 'prom-client';

/** Counts what providers answer to the pushes of this process. */
export interface PushCounts {
  readonly count: (provider: string, answer: string) => void;
  readonly addTo: (registry: Registry) => void;
}

export function createPushCounts(): PushCounts {
  const counter = new Counter({
    name: 'waybell_pushes_total',
    help: 'Answers of providers to pushes, by provider and what they mean: accepted, retry, deactivate or fail.',
    labelNames: ['provider', 'answer'],
    registers: [],
  });
  return {
    count: (provider, answer) => counter.inc({ provider, answer }),
    addTo: (registry) => registry.registerMetric(counter),
  };
}
