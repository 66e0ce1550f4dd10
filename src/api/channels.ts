import type { Router } from 'express';
import { listChannelTraffic, NO_CHANNEL, type CountedRefusal } from '../database/channel-traffic';
import { inTransaction } from '../database/pool';
import { explainRefusal } from '../intake/channels/why-refused';
import { listChannels, type RefusalAnswer } from './channel-operations';
import type { ApiDependencies } from './dependencies';
import { serve } from './operation';

/** What people ask about the doors of webhooks. */
export function addChannelRoutes(router: Router, { pool }: ApiDependencies): void {
  serve(router, listChannels, async () => {
    const all = await inTransaction(pool, listChannelTraffic);
    const channels = all.map(({ source, channel, hour, day, refusals, ...state }) => ({
      source,
      channel: channel === NO_CHANNEL ? null : channel,
      accepted_at: state.acceptedAt?.toISOString() ?? null,
      refused_at: state.refusedAt?.toISOString() ?? null,
      refused_in_a_row: state.refusedInARow,
      ...{ hour, day, refusals: refusals.map(tellRefusal) },
    }));
    return { ok: true, channels };
  });
}

export function tellRefusal(refusal: CountedRefusal): RefusalAnswer {
  const { reason, place, found, address, trackingNo, times, firstAt, lastAt } = refusal;
  return {
    reason,
    place: place || null,
    found: found || null,
    explanation: explainRefusal(refusal),
    address: address || null,
    tracking_no: trackingNo || null,
    times,
    first_at: firstAt.toISOString(),
    last_at: lastAt.toISOString(),
  };
}
