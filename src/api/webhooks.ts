import { Router, type RequestHandler } from 'express';
import { createOwnSystem, type OwnSystem } from '../sources/own-system';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { addOperation } from './operation';
import { bodyBytes, requireMediaType } from './request-input';
import { startDelivery } from './start-delivery';
import { temporalLink } from './temporal-link';
import { receiveExpressStatus } from './webhook-operations';

/** How carriers and the shop's own systems come in. Needs Temporal only: PostgreSQL may be away. */
export function webhookRoutes(deps: ApiDependencies): Router {
  const { webhookSecrets: secrets, statusMap } = deps.config;
  const router = Router();
  addOperation(router, receiveExpressStatus, receive(createOwnSystem({ secrets, statusMap }), deps));
  return router;
}

/** Verifies, reads and starts; acknowledges once everything that was said is durable. */
function receive(source: OwnSystem, deps: ApiDependencies): RequestHandler {
  const { config, clock = Date.now } = deps;
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
    const { workflowId, runId } = await startDelivery(deps, { update, limits: config.waitLimits });
    const { mediaType, body } = source.acknowledge({
      update,
      workflowId,
      ...(runId !== undefined && { runId }),
      duplicate: runId === undefined,
      link: temporalLink(config, workflowId, runId),
    });
    response.status(200).type(mediaType).send(body);
  };
}
