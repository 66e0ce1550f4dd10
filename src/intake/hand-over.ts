import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { StartedDelivery } from '../deliveries/start';
import { isTemporalAway } from '../deliveries/temporal-away';
import type { Delivery } from '../deliveries/workflow-id';
import type { Journal } from './journal';
import type { JournalEntry, WaitingWebhook } from './journal-entry';

/** How long a sender waits for Temporal at most, before the journal alone answers; milliseconds. */
const SENDER_WAITS_MS = 1_000;
/** How long the background waits for one start; milliseconds. */
const BACKGROUND_WAITS_MS = 5_000;
/** Requests that wait for Temporal at once, each with its sender. More is a flood: the journal answers. */
const MAX_SENDERS = 200;
/** Deliveries of one request that are started at once. Real requests have up to ten; for more no sender waits. */
const DELIVERIES_AT_ONCE = 50;
/** Requests that the background starts at once: enough to empty a long outage at hundreds per second. */
const BACKGROUND_AT_ONCE = 16;
/** How often the background looks; milliseconds. */
const LOOK_MS = 250;
/** How long a request rests that Temporal refuses for another reason than being away; milliseconds. */
const REFUSED_RESTS_MS = 30_000;

/** Gives what the journal holds to Temporal: at once if it answers, else in the background. */
export interface HandOver {
  /**
   * Appends one request to the journal, then starts its deliveries while its sender waits.
   * @returns `undefined` when they will be started in the background: Temporal is away, slow or flooded
   * @throws what the journal throws: then nothing is kept
   */
  appendAndStart(entry: JournalEntry): Promise<StartedDelivery[] | undefined>;
  /** False while Temporal does not answer, so that an outage does not cost every sender its wait. */
  readonly temporalAnswers: boolean;
  stop(): Promise<void>;
}

export interface HandOverParts {
  readonly journal: Journal;
  /** Starts one delivery, within the deadline: milliseconds since 1970. */
  readonly start: (delivery: Delivery, deadline: number) => Promise<StartedDelivery>;
  readonly log: Logger;
}

export function createHandOver({ journal, start, log }: HandOverParts): HandOver {
  const underWay = new Set<string>();
  const restsUntil = new Map<string, number>();
  const stopping = new AbortController();
  let temporalAnswers = true;
  let probedId: string | undefined;

  /** Starts every delivery of a request that Temporal takes, also when it refuses one of them. */
  async function startAll({ id, deliveries }: WaitingWebhook, waitMs: number): Promise<StartedDelivery[]> {
    const started: StartedDelivery[] = [];
    let refusal: { readonly error: unknown } | undefined;
    for (
      let index = 0;
      index < deliveries.length && !isTemporalAway(refusal?.error);
      index += DELIVERIES_AT_ONCE
    ) {
      const deadline = Date.now() + waitMs;
      const together = deliveries.slice(index, index + DELIVERIES_AT_ONCE);
      // All have ended when this resolves: what is tried again is not under way meanwhile.
      for (const one of await Promise.allSettled(together.map((delivery) => start(delivery, deadline)))) {
        if (one.status === 'fulfilled') started.push(one.value);
        else refusal = { error: one.reason };
      }
    }
    if (refusal) throw refusal.error;
    await journal.markHandedOver(id);
    restsUntil.delete(id);
    return started;
  }

  function noteFailure(id: string, error: unknown): void {
    if (isTemporalAway(error)) {
      if (temporalAnswers)
        log.warn({ err: error }, 'Temporal does not answer; the journal keeps what comes in');
      temporalAnswers = false;
      return;
    }
    // A refusal is an answer, too. One request that Temporal refuses must not hold up the others.
    temporalAnswers = true;
    restsUntil.set(id, Date.now() + REFUSED_RESTS_MS);
    log.error({ err: error, request: id }, 'a received webhook could not be handed over to Temporal');
  }

  async function inBackground(webhook: WaitingWebhook): Promise<void> {
    underWay.add(webhook.id);
    try {
      await startAll(webhook, BACKGROUND_WAITS_MS);
      if (!temporalAnswers) log.info('Temporal answers again; handing over what the journal kept');
      temporalAnswers = true;
    } catch (error) {
      noteFailure(webhook.id, error);
    } finally {
      underWay.delete(webhook.id);
    }
  }

  const isDue = ({ id }: WaitingWebhook): boolean =>
    !underWay.has(id) && (restsUntil.get(id) ?? 0) <= Date.now();

  async function firstDue(afterId?: string): Promise<WaitingWebhook | undefined> {
    while (!stopping.signal.aborted) {
      const page = await journal.waiting(BACKGROUND_AT_ONCE, afterId);
      const due = page.find(isDue);
      if (due || page.length === 0) return due;
      afterId = page.at(-1)?.id;
    }
    return undefined;
  }

  /**
   * While Temporal does not answer, one request is the probe, each time the next one: where only a part of Temporal
   * is away, as one shard of its history can be, a request that needs it must not hold up the others.
   */
  async function probe(): Promise<void> {
    const next = (await firstDue(probedId)) ?? (await firstDue());
    if (next === undefined) return;
    probedId = next.id;
    await inBackground(next);
  }

  /** One look at the journal, from the oldest on. */
  async function handOverWaiting(): Promise<void> {
    let afterId: string | undefined;
    while (!stopping.signal.aborted) {
      if (!temporalAnswers) await probe();
      if (!temporalAnswers) return;
      const page = await journal.waiting(BACKGROUND_AT_ONCE, afterId);
      if (page.length === 0) return;
      afterId = page.at(-1)?.id;
      await Promise.all(page.filter(isDue).map(inBackground));
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        if (journal.state().waiting > 0) await handOverWaiting();
      } catch (error) {
        log.error({ err: error }, 'the journal cannot be read');
      }
      await delay(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const running = run();

  return {
    get temporalAnswers() {
      return temporalAnswers;
    },
    async appendAndStart(entry) {
      const { id, deliveries } = entry;
      // Before the append: from then on the background could find it too.
      underWay.add(id);
      try {
        await journal.append(entry);
        if (deliveries.length === 0) return [];
        if (!temporalAnswers || underWay.size > MAX_SENDERS || deliveries.length > DELIVERIES_AT_ONCE)
          return undefined;
        return await startAll(entry, SENDER_WAITS_MS).catch((error: unknown) => {
          noteFailure(id, error);
          return undefined;
        });
      } finally {
        underWay.delete(id);
      }
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
