import { isNamed } from '../config/outgoing-urls';
import type { Receiver } from '../config/status-webhooks';
import type { StatusChange } from '../database/status-changes';
import type { Refusal } from '../database/status-receivers';
import { publicLookup } from '../push/public-lookup';
import { describeFailure, IDLE_MS, keepingAgents, sendRequest } from '../push/send-request';
import { proofHeaders } from '../sources/reading/proof';
import { refusalOf, unanswered, type Circumstances } from './outcome';

/** A receiver writes a row and answers; one that hangs is given up. Shorter than a lease. */
export const ANSWER_MS = 10_000;
/** One after the other over one connection. */
const guarded = keepingAgents({ lookup: publicLookup, timeout: IDLE_MS });

export interface Asking {
  readonly privateHosts: readonly string[];
  /** How often in a row it failed before. */
  readonly failures: number;
  /** Ends the request without an answer. */
  readonly signal: AbortSignal;
  readonly answerMs?: number;
}

/**
 * Tells a receiver one change, once; the id of a repeat is the same.
 * @returns `null` when it took the change
 */
export async function tellChange(
  { url, secrets }: Receiver,
  change: StatusChange,
  { privateHosts, failures, signal, answerMs = ANSWER_MS }: Asking,
): Promise<Refusal | null> {
  const body = bodyOf(change);
  const now = new Date();
  const when: Circumstances = { failures, random: Math.random(), now: now.getTime() };
  const deadline = AbortSignal.timeout(answerMs);
  const inside = isNamed(new URL(url).hostname, privateHosts);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...proofHeaders(secrets, `msg_${change.id}`, now, body),
  };
  try {
    const answer = await sendRequest(
      url,
      { headers, body, ...(!inside && { agents: guarded }) },
      AbortSignal.any([signal, deadline]),
    );
    return refusalOf(answer, when);
  } catch (error) {
    return unanswered(describeFailure(error, deadline, answerMs), when);
  }
}

/** The body of a webhook: docs/shop.md shows it. */
function bodyOf(change: StatusChange): string {
  return JSON.stringify({
    type: 'waybell.status_changed',
    timestamp: change.writtenAt.toISOString(),
    data: {
      position: change.position,
      waybill_id: change.waybillId,
      order_id: change.orderId,
      carrier: change.carrier,
      tracking_no: change.trackingNo,
      parcel: change.parcel,
      status: change.status,
      scanned_at: change.scannedAt.toISOString(),
    },
  });
}
