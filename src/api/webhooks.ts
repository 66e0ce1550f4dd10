import { Router, type RequestHandler } from 'express';
import { createOwnSystem, type OwnSystem } from '../sources/own-system';
import type { ReceivedUpdate } from '../sources/source';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { addOperation } from './operation';
import { bodyBytes, requireMediaType } from './request-input';
import { takeWebhook } from './take-webhook';
import type { WebhookCounts } from './webhook-counts';
import { receiveExpressStatus } from './webhook-operations';

/** How the shop's own systems come in, and carriers that speak its format. */
export function webhookRoutes(deps: ApiDependencies, counts: WebhookCounts): Router {
  const { webhookSecrets: secrets, statusMap } = deps.config;
  const router = Router();
  addOperation(router, receiveExpressStatus, receive(createOwnSystem({ secrets, statusMap }), deps, counts));
  return router;
}

/** Verifies, reads and takes; acknowledges once what was said is durable. */
function receive(source: OwnSystem, deps: ApiDependencies, counts: WebhookCounts): RequestHandler {
  const { clock = Date.now } = deps;
  return async function receiveWebhook(request, response) {
    requireMediaType(request, 'application/json');
    const webhook = { body: bodyBytes(request), headers: request.headers };
    const now = clock();
    const verified = source.verify(webhook, now);
    if (!verified.ok) throw new HttpProblem(verified.code, verified.message);
    const parsed = source.parse(webhook, now);
    if (!parsed.ok) {
      const field = parsed.code === 'field-invalid' ? parsed.field : undefined;
      throw new HttpProblem(parsed.code, parsed.message, { ...(field !== undefined && { field }) });
    }
    const { update } = parsed;
    const [received] = await takeWebhook(deps, {
      receivedAt: now,
      source: update.source,
      channel: '',
      mediaType: 'application/json',
      body: webhook.body,
      updates: [update],
      flaws: [],
    });
    counts.accepted(update.source, { updates: [update], flaws: [] });
    const { mediaType, body } = source.acknowledge(received as ReceivedUpdate);
    response.status(200).type(mediaType).send(body);
  };
}
