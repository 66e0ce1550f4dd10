import { Counter, type Registry } from 'prom-client';

/** Counts what this process met in the shop's tables and did not understand. */
export interface UnreadCounts {
  readonly count: (setting: string) => void;
  readonly addTo: (registry: Registry) => void;
}

export function createUnreadCounts(): UnreadCounts {
  const counter = new Counter({
    name: 'waybell_shop_words_unread_total',
    help: 'Values of mapped columns that are not understood, by their place in SHOP_TABLES.',
    labelNames: ['setting'],
    registers: [],
  });
  return {
    count: (setting) => counter.inc({ setting }),
    addTo: (registry) => registry.registerMetric(counter),
  };
}
