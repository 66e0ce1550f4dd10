import { Counter, type Registry } from 'prom-client';
import type { Parsed } from '../sources/source';

/** Counts what comes in, by source. */
export interface WebhookCounts {
  accepted(source: string, parsed: Parsed): void;
  refused(source: string, code: string): void;
}

export function createWebhookCounts(registry: Registry): WebhookCounts {
  const registers = [registry];
  const webhooks = new Counter({
    name: 'waybell_webhooks_total',
    help: 'Webhooks by source and result: accepted, or the code of the refusal.',
    labelNames: ['source', 'result'],
    registers,
  });
  const updates = new Counter({
    name: 'waybell_webhook_updates_total',
    help: 'Shipment updates in accepted webhooks: one for each waybill.',
    labelNames: ['source'],
    registers,
  });
  const flaws = new Counter({
    name: 'waybell_webhook_flaws_total',
    help: 'What could not be understood in accepted webhooks, by kind.',
    labelNames: ['source', 'kind'],
    registers,
  });
  return {
    accepted(source, parsed) {
      webhooks.inc({ source, result: 'accepted' });
      updates.inc({ source }, parsed.updates.length);
      for (const { code } of parsed.flaws) flaws.inc({ source, kind: code });
    },
    refused(source, code) {
      webhooks.inc({ source, result: code });
    },
  };
}
