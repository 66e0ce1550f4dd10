import { MOST_WAIT_S } from '../api/prefer';
import { ask, type Addressee, type AnswerTo } from '../api/ask';
import { linkWaybill } from '../api/waybill-operations';
import { receiveExpressStatus } from '../api/webhook-operations';
import type { NextWebhook } from './sample-parcel';

/** So that it can be told what came of the webhook. */
const PREFER = `wait=${MOST_WAIT_S}`;
/** The API answers within that wait even when Temporal is away. */
const ANSWER_TIMEOUT_MS = 2 * MOST_WAIT_S * 1_000;

export type Acknowledgement = AnswerTo<typeof receiveExpressStatus>;

/**
 * Does over HTTP what comes from outside: links a fresh parcel as its shop, then sends the webhook as its carrier.
 * @throws as `ask`, when the API refuses the link or the webhook, or does not answer
 */
export async function sendWebhook(
  waybell: Addressee,
  { body, linkTo, keep }: NextWebhook,
): Promise<Acknowledgement> {
  if (linkTo !== null) {
    const { carrier, tracking_no } = body;
    const link = { params: { carrier, tracking_no }, body: { order_id: linkTo } };
    await ask(waybell, linkWaybill, link, ANSWER_TIMEOUT_MS);
  }
  const asking = { headers: { Prefer: PREFER }, body };
  const acknowledged = await ask(waybell, receiveExpressStatus, asking, ANSWER_TIMEOUT_MS);
  await keep();
  return acknowledged;
}
