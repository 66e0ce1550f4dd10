import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Parcel } from './parcels';

export interface Acknowledged {
  /** `performance.now()` before the first byte was written. */
  readonly sentAt: number;
  /** Until the whole answer was read; milliseconds. */
  readonly ms: number;
}

/** As long as senders of webhooks wait at most; who answers later has lost it. */
const ANSWER_TIMEOUT_MS = 60_000;

/** As the HTTP client of a busy carrier: connections are kept. */
const agent = new Agent({ keepAlive: true });

/**
 * Sends the first scan of a parcel, and waits for the answer.
 * @param more headers beside those of every carrier
 */
export async function sendWebhook(
  url: string,
  { trackingNo }: Pick<Parcel, 'trackingNo'>,
  more: Readonly<Record<string, string>> = {},
): Promise<Acknowledged> {
  const body = JSON.stringify({
    carrier: 'yto',
    tracking_no: trackingNo,
    status: 'picked_up',
    event_text: '【杭州市】已揽收',
    event_time: new Date().toISOString(),
  });
  const headers = {
    ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    ...more,
  };

  const sentAt = performance.now();
  const sent = request(`${url}/webhook/express/status`, {
    method: 'POST',
    ...{ agent, headers, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) },
  });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = await text(response);
  const ms = performance.now() - sentAt;
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}: ${answer}`);
  return { sentAt, ms };
}
