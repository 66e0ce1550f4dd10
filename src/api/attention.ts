import type { Router } from 'express';
import { ENDS_BY } from '../shipment/attention';
import { ATTENTIONS } from '../shipment/delivery';
import { listAttention, type Entry } from '../insight/attention';
import { type AttentionEntry, showAttention } from './attention-operations';
import type { ApiDependencies } from './dependencies';
import { serve } from './operation';
import { deliveriesLink, temporalLink } from '../deliveries/link';
import { parcelOf } from '../deliveries/workflow-id';

/** Some deliveries are looked up in Temporal; while it is away, so long is waited for it; milliseconds. */
const TEMPORAL_BUDGET_MS = 5_000;

/** What waits, and what should not wait any more. */
export function addAttentionRoutes(router: Router, deps: ApiDependencies): void {
  const { config } = deps;
  const parts = { ...deps, temporalBudgetMs: TEMPORAL_BUDGET_MS };

  serve(router, showAttention, async ({ query }) => {
    const page = await listAttention(parts, query);
    return {
      ok: true,
      counts: Object.fromEntries(page.counts.map(({ kind, count }) => [kind, count])),
      lists: listsOf(page.counts.map(({ kind }) => kind)),
      overdue: Object.values(page.overdue).reduce((sum, overdue) => sum + overdue, 0),
      attention: page.entries.map(shown),
      next: page.next,
    };
  });

  function listsOf(kinds: readonly string[]): Record<string, string> {
    const links = ATTENTIONS.filter((kind) => kinds.includes(kind)).map(
      (kind) => [kind, deliveriesLink(config, kind)] as const,
    );
    return Object.fromEntries(links.flatMap(([kind, link]) => (link === null ? [] : [[kind, link]])));
  }

  function shown({
    kind,
    workflowId,
    audience,
    messageIds,
    since,
    until,
    words,
    alarm,
  }: Entry): AttentionEntry {
    const { carrier, trackingNo } = parcelOf(workflowId ?? '');
    return {
      kind,
      carrier,
      tracking_no: trackingNo,
      message_ids: [...messageIds],
      audience: audience === '' ? null : audience,
      ...{ since, until, words: words?.en ?? '', why: alarm?.en ?? null },
      explanation: words,
      alarm_explanation: alarm,
      ends_by: ENDS_BY[kind],
      alarm: alarm !== null,
      workflow_id: workflowId,
      temporal_ui: workflowId === null ? null : temporalLink(config, workflowId),
    };
  }
}
