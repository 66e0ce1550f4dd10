import { Router, type RequestHandler } from 'express';
import { createHash } from 'node:crypto';
import { createReplayMemory, type Channel } from '../intake/channels/channels';
import { createOwnSystem, type OwnSystem } from '../sources/own-system';
import { findSource } from '../sources/registry';
import type { Conditions, Parsed, ReceivedUpdate, Source, WebhookRequest } from '../sources/source';
import { receiveExpressStatus, receiveFromChannel } from './webhook-operations';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { addOperation } from './operation';
import { bodyBytes, checkFields, requireMediaType } from './request-input';
import { takeWebhook } from './take-webhook';
import type { WebhookCounts } from './gauges';

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

/** Twice the longest tolerance that a channel may have: a proof is good that long, both ways; milliseconds. */
const FORGET_PROOFS_AFTER_MS = 2 * 24 * 60 * 60_000;

/** How carriers and aggregators come in: each through a URL of its own, in a format of its own. */
export function channelRoutes(deps: ApiDependencies, counts: WebhookCounts): Router {
  const { channels, clock = Date.now } = deps;
  const proofs = createReplayMemory(FORGET_PROOFS_AFTER_MS);
  const router = Router();

  addOperation(router, receiveFromChannel, async (request, response) => {
    const { source: name, token } = checkFields(receiveFromChannel.params, request.params);
    const source = findSource(name);
    if (!source) throw new HttpProblem('source-unknown', `there is no source ${name.slice(0, 64)}`);
    const webhook = { body: bodyBytes(request), headers: request.headers };
    try {
      const channel = await channels.find(source.name, token);
      if (!channel) throw new HttpProblem('channel-unknown', 'the URL belongs to no channel');
      const now = clock();
      const conditions: Conditions = { ...channel, now, statusMap: deps.config.statusMap };
      requireProof(source, channel, webhook, conditions);
      const parsed = source.parse(webhook, conditions);
      const mediaType = (request.get('content-type') ?? '').slice(0, 200);
      const received = await takeWebhook(deps, {
        receivedAt: now,
        source: source.name,
        channel: channel.name,
        mediaType,
        body: webhook.body,
        ...parsed,
      });
      counts.accepted(source.name, parsed);
      logFlaws(source, channel, parsed);
      const answer = source.acknowledge({ request: webhook, now, received });
      response.status(200).type(answer.mediaType).send(answer.body);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      counts.refused(source.name, error.code);
      deps.log.warn(
        { source: source.name, code: error.code, err: error.cause },
        `webhook refused: ${error.message}`,
      );
      const { mediaType, body } = source.refuse(error.message, webhook);
      if (error.retryAfterSeconds !== undefined) response.set('Retry-After', String(error.retryAfterSeconds));
      response.status(error.status).type(mediaType).send(body);
    }
  });
  return router;

  /** @throws {HttpProblem} unless the sender has proved who it is, beyond knowing the URL where it can. */
  function requireProof(
    source: Source,
    channel: Channel,
    webhook: WebhookRequest,
    conditions: Conditions,
  ): void {
    if (!source.verify || channel.unsigned) return;
    const secrets = channel.secretsAt(conditions.now);
    if (secrets.length === 0) throw new HttpProblem('signature-invalid', 'the channel has no valid secret');
    const verified = source.verify(webhook, secrets, conditions);
    if (!verified.ok) throw new HttpProblem(verified.code, verified.message);
    if (verified.once === undefined) return;
    const digest = createHash('sha256').update(webhook.body).digest('base64');
    if (proofs.isReplay(`${source.name} ${verified.once}`, digest, conditions.now)) {
      throw new HttpProblem('signature-replayed', 'this signature came with another body before');
    }
  }

  function logFlaws(source: Source, channel: Channel, { flaws }: Parsed): void {
    if (flaws.length === 0) return;
    const first = flaws.slice(0, 5).map(({ code, where }) => `${code} (${where})`);
    deps.log.warn(
      { source: source.name, channel: channel.name, flaws: flaws.length },
      `a webhook was only partly understood: ${first.join(', ')}`,
    );
  }
}
