import { Router, type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { createHash } from 'node:crypto';
import type { SealedCodes } from '../database/pickup-codes';
import { temporalLink } from '../deliveries/link';
import { deliveryOf, type Delivery } from '../deliveries/workflow-id';
import { createReplayMemory, type Channel } from '../intake/channels/channels';
import { DEFAULT_CONDITIONS } from '../intake/channels/file';
import type { Intake } from '../intake/intake';
import { JournalFullError } from '../intake/journal';
import type { HandedOverDelivery } from '../intake/waiting-senders';
import { createCodeSeal, type CodeSeal } from '../intake/sealed-codes';
import { ownSystem } from '../sources/own-system';
import { headerOf } from '../sources/reading/proof';
import { findSource } from '../sources/registry';
import type {
  Answer,
  Conditions,
  KnownParcel,
  Parsed,
  ReceivedUpdate,
  Source,
  WebhookRequest,
} from '../sources/source';
import type { ApiDependencies } from './dependencies';
import { problemOf } from './error-handler';
import type { WebhookCounts } from './gauges';
import { HttpProblem, sendProblem } from './http-problem';
import { lookUpParcel } from './known-parcel';
import { addOperation, type Operation } from './operation';
import { fewLines } from './few-lines';
import { preferredWait } from './prefer';
import type { Rates } from './rates';
import { bodyBytes, dropBody } from './request-body';
import { checkFields, requireMediaType } from './request-input';
import { because, noteRefusal, numbersIn, WebhookRefused } from './refused-webhook';
import { receiveExpressStatus, receiveFromChannel } from './webhook-operations';

/** Whose words a request speaks by its path, and how the channel is found that it came through. */
interface Door {
  readonly source: Source;
  /** Only its sender knows the URL, so that what comes there is of its channel, proved or not. */
  readonly isSecret: boolean;
  /** Its sender may wait for Temporal, by `Prefer`. Carriers are told what they want to hear, and at once. */
  readonly mayWait?: true;
  /** @throws {HttpProblem} for a request that comes through none */
  readonly findChannel: () => Channel | Promise<Channel>;
}

/** A request whose source is known. */
interface Arrived {
  readonly source: Source;
  readonly isSecret: boolean;
  /** For how long it waits for Temporal; seconds. */
  readonly waits: number | undefined;
  /** Without its body until that is read. */
  webhook: WebhookRequest;
  /** Set as soon as it has found its channel. */
  came?: { readonly channel: Channel; readonly conditions: Conditions; readonly proved: boolean };
}

/** Twice the longest tolerance that a channel may have: a proof is good that long, both ways; milliseconds. */
const FORGET_PROOFS_AFTER_MS = 2 * 24 * 60 * 60_000;

/** Statuses of what has no channel or no valid proof. */
const PROVES_NOTHING: readonly number[] = [401, 403, 404];

const NO_BODY = Buffer.alloc(0);

/** Seconds after which a full journal may have room again. */
const RETRY_AFTER_S = 30;

/**
 * How carriers, aggregators and the shop's own systems come in: all on one way, that verifies, reads, makes durable
 * and acknowledges. Only where it begins differs: at the URL of a channel, or at the route of the shop.
 */
export function webhookRoutes(deps: ApiDependencies, counts: WebhookCounts, rates: Rates): Router {
  const { channels, config, intake, traffic, log, clock = Date.now } = deps;
  const proofs = createReplayMemory(FORGET_PROOFS_AFTER_MS);
  const ownChannel = channelOfSettings(config.webhookSecrets);
  const seal = createCodeSeal(config.pickupCodeKeys);
  const lines = fewLines(log);
  const arrivals = new WeakMap<Request, Arrived>();
  const router = Router();

  add(receiveExpressStatus, (request) => ({
    source: ownSystem,
    isSecret: false,
    mayWait: true,
    findChannel() {
      requireMediaType(request, 'application/json');
      return ownChannel;
    },
  }));
  add(receiveFromChannel, (request) => {
    const { source: name, token } = checkFields(receiveFromChannel.params, request.params);
    const source = findSource(name);
    if (!source) throw new HttpProblem('source-unknown', `there is no source ${name.slice(0, 64)}`);
    return {
      source,
      isSecret: true,
      async findChannel() {
        const channel = await channels.find(source.name, token);
        if (channel) return channel;
        const former = await channels.findFormer(source.name, token);
        throw new WebhookRefused(
          'channel-unknown',
          former ? because('url-expired', former.name) : because('channel-unknown'),
        );
      },
    };
  });
  for (const { path, source: name, channel } of config.legacyPaths) {
    const source = findSource(name);
    if (!source) throw new Error(`LEGACY_PATHS: ${path} names ${name}, which is no source.`);
    add({ ...receiveFromChannel, path }, () => doorOfOld(source, channel));
  }
  return router;

  /** A URL that the old system gave out has no token: there only a proof shows whose request it is. */
  function doorOfOld(source: Source, name: string): Door {
    return {
      source,
      isSecret: false,
      async findChannel() {
        const channel = await channels.findByName(source.name, name);
        if (!channel) throw new WebhookRefused('channel-unknown', because('channel-unknown'));
        if ((channel.unsigned || !source.verify) && !config.unsignedWebhooks)
          throw new WebhookRefused('signature-missing', because('secret-none'));
        return channel;
      },
    };
  }

  function add(operation: Operation, doorOf: (request: Request) => Door): void {
    addOperation(router, operation, receiveWebhook, { first: letIn(doorOf), failed: noteAndPassOn });
  }

  /** Before a byte of the body is read: is there a channel, and a header that may prove something? */
  function letIn(doorOf: (request: Request) => Door): RequestHandler {
    return async function letWebhookIn(request, response, next) {
      const { source, isSecret, mayWait, findChannel } = doorOf(request);
      const waits = mayWait && preferredWait(request.get('prefer'));
      const webhook: WebhookRequest = { body: NO_BODY, headers: request.headers };
      const arrived: Arrived = { source, isSecret, waits, webhook };
      arrivals.set(request, arrived);
      const mayPass = await orRefuse(request, response, arrived, async () => {
        const channel = await findChannel();
        const conditions: Conditions = { ...channel, now: clock(), statusMap: config.statusMap };
        arrived.came = { channel, conditions, proved: false };
        if (lacksProof(arrived)) requireProof(source, channel, arrived.webhook, conditions);
      });
      if (mayPass) next();
    };
  }

  async function receiveWebhook(request: Request, response: Response): Promise<void> {
    const arrived = arrivals.get(request);
    if (arrived?.came === undefined) throw new Error('a webhook is read that was not let in');
    const { source, came, waits } = arrived;
    const { channel, conditions } = came;
    const webhook = { body: bodyBytes(request), headers: request.headers };
    arrived.webhook = webhook;
    await orRefuse(request, response, arrived, async () => {
      requireProof(source, channel, webhook, conditions);
      arrived.came = { ...came, proved: !channel.unsigned };
      const { mediaType, body } = await accept(source, channel, webhook, conditions, waits);
      if (waits !== undefined) response.set('Preference-Applied', `wait=${waits}`);
      response.status(200).type(mediaType).send(body);
    });
  }

  /** @returns whether nothing was refused */
  async function orRefuse(
    request: Request,
    response: Response,
    arrived: Arrived,
    run: () => Promise<void>,
  ): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      const problem = await note(request, response, arrived, error);
      await dropBody(request, response);
      refuse(response, arrived.source, arrived.webhook, problem);
      return false;
    }
  }

  /** What is wrong with the body of a request, or with us, is answered like anywhere else, and counted here. */
  async function noteAndPassOn(
    error: unknown,
    request: Request,
    response: Response,
    next: NextFunction,
  ): Promise<void> {
    const arrived = arrivals.get(request);
    const problem = problemOf(error) ?? new HttpProblem('internal', 'see the error in the log');
    // A source that does not exist refuses nothing.
    if (arrived) await note(request, response, arrived, problem);
    next(error);
  }

  /** @returns what is answered: once too much is refused, that alone, and nothing else is made of it */
  async function note(
    request: Request,
    response: Response,
    { source, isSecret, webhook, came }: Arrived,
    problem: HttpProblem,
  ): Promise<HttpProblem> {
    // Anybody reaches a URL that is known: only a proof says who it is.
    const vouched = came !== undefined && (came.proved || isSecret) ? came : undefined;
    const tooMany = PROVES_NOTHING.includes(problem.status)
      ? await (vouched
          ? rates.take('proof', `${source.name}/${vouched.channel.name}`)
          : rates.takeOfAddress('stranger', request))
      : undefined;
    if (tooMany) return tooMany.problem;
    noteRefusal({ counts, traffic, lines }, request, response, {
      ...{ source, channel: vouched?.channel, problem },
      trackingNos: vouched ? numbersIn(source, webhook, vouched.conditions) : [],
    });
    return problem;
  }

  /**
   * Between the disk and the answer stands nothing, unless its sender waits.
   * @returns what its sender is told, once all of it is durable
   * @throws {HttpProblem} when nothing of it was kept
   */
  async function accept(
    source: Source,
    channel: Channel,
    webhook: WebhookRequest,
    conditions: Conditions,
    waits = 0,
  ): Promise<Answer> {
    const { now } = conditions;
    const parsed = source.parse(webhook, conditions);
    if (parsed.refusal) throw new HttpProblem(parsed.refusal.code, parsed.refusal.message, parsed.refusal);
    const deliveries = parsed.updates.map(deliveryOf);
    const pickupCodes = seal ? sealedIn(parsed, deliveries, seal) : [];
    const waitMs = waits * 1_000;
    const kept = makeDurable(
      {
        receivedAt: now,
        source: source.name,
        channel: channel.name,
        mediaType: String(webhook.headers['content-type'] ?? '').slice(0, 200),
        body: webhook.body,
        deliveries,
        ...(pickupCodes.length > 0 && { pickupCodes }),
        flaws: parsed.flaws,
      },
      waitMs,
    );
    const looks = waitMs > 0 ? parsed.updates.map((update) => lookUpParcel(deps, update, waitMs)) : [];
    const handedOver = await kept;
    counts.accepted(source.name, channel.name, parsed);
    traffic.accepted(source.name, channel.name);
    logFlaws(source, channel, parsed);
    const known = await Promise.all(looks);
    const received = deliveries.map((delivery, index) =>
      receivedUpdate(delivery, handedOver?.[index], known[index]),
    );
    return source.acknowledge({ request: webhook, now, received });
  }

  /** @throws {HttpProblem} unless the sender has proved who it is, beyond knowing the URL where it can. */
  function requireProof(
    source: Source,
    channel: Channel,
    webhook: WebhookRequest,
    conditions: Conditions,
  ): void {
    if (!source.verify || channel.unsigned) return;
    const secrets = channel.secretsAt(conditions.now);
    if (secrets.length === 0) throw new WebhookRefused('signature-invalid', because('secret-none'));
    const verified = source.verify(webhook, secrets, conditions);
    if (!verified.ok) {
      const { kind, place, found = '' } = verified.fault;
      throw new WebhookRefused(verified.code, { reason: kind, place, found });
    }
    if (verified.once === undefined) return;
    const digest = createHash('sha256').update(webhook.body).digest('base64');
    if (proofs.isReplay(`${source.name} ${verified.once}`, digest, conditions.now)) {
      throw new WebhookRefused('signature-replayed', because('signature-replayed'));
    }
  }

  /** @throws {HttpProblem} `intake-unavailable` when that is not possible: the sender shall try again */
  async function makeDurable(...webhook: Parameters<Intake['accept']>): ReturnType<Intake['accept']> {
    try {
      return await intake.accept(...webhook);
    } catch (error) {
      if (!(error instanceof JournalFullError)) log.error({ err: error }, 'the journal cannot be written');
      throw new HttpProblem('intake-unavailable', 'nothing can be taken now; please send it again', {
        retryAfterSeconds: RETRY_AFTER_S,
        cause: error,
      });
    }
  }

  function receivedUpdate(
    delivery: Delivery,
    handedOver: HandedOverDelivery | undefined,
    known: KnownParcel | null | undefined,
  ): ReceivedUpdate {
    // A new version of a known scan has a delivery of its own.
    const { workflowId, runId, duplicate } = handedOver ?? {
      ...{ workflowId: delivery.workflowId, runId: undefined, duplicate: undefined },
    };
    return {
      update: delivery.update,
      workflowId,
      ...(runId !== undefined && { runId }),
      ...(duplicate !== undefined && { duplicate }),
      ...(known !== undefined && { known }),
      handedOver: handedOver !== undefined,
      link: temporalLink(config, workflowId, runId),
    };
  }

  function logFlaws(source: Source, channel: Channel, { flaws }: Parsed): void {
    if (flaws.length === 0) return;
    const first = flaws.slice(0, 5).map(({ code, where }) => `${code} (${where})`);
    log.warn(
      { source: source.name, channel: channel.name, flaws: flaws.length },
      `a webhook was only partly understood: ${first.join(', ')}`,
    );
  }
}

/** From here on the codes with which parcels are collected are closed, each for its delivery. */
function sealedIn(
  { updates, pickupCodes }: Parsed,
  deliveries: readonly Pick<Delivery, 'workflowId'>[],
  seal: CodeSeal,
): SealedCodes[] {
  return deliveries.flatMap(({ workflowId }, index) => {
    const update = updates[index];
    const told = update && pickupCodes?.get(update);
    return told ? [{ workflowId, scannedAt: told.scannedAt, sealed: seal.seal(told.codes, workflowId) }] : [];
  });
}

/** What the route of the shop stands for: a channel that is always there and has no name of its own. */
function channelOfSettings(secrets: readonly string[]): Channel {
  return {
    ...DEFAULT_CONDITIONS,
    source: ownSystem.name,
    name: '',
    unsigned: secrets.length === 0,
    secretsAt: () => secrets,
  };
}

/** Whether its headers alone show that nothing in the body can prove it. */
function lacksProof({ source: { verify, proofHeaders }, webhook, came }: Arrived): boolean {
  if (!verify || !proofHeaders || came?.channel.unsigned) return false;
  return !proofHeaders.some((name) => headerOf(webhook, name) !== undefined);
}

/** Answers in the form that the sender understands as "not received". */
function refuse(response: Response, source: Source, webhook: WebhookRequest, problem: HttpProblem): void {
  if (!source.refuse) return sendProblem(response, problem);
  const { mediaType, body } = source.refuse(problem.message, webhook);
  if (problem.retryAfterSeconds !== undefined) response.set('Retry-After', String(problem.retryAfterSeconds));
  response.status(problem.status).type(mediaType).send(body);
}
