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
/** Deliveries of one request that are started while its sender waits. Real requests have up to ten. */
const MAX_WITH_SENDER = 50;
/**
 * Requests that the background starts at once, and deliveries of each: enough to empty a long outage at hundreds per
 * second, and not so much that Temporal keeps those waiting whose senders wait too.
 */
const BACKGROUND_AT_ONCE = 16;
const DELIVERIES_AT_ONCE = 10;
/** How often the background looks; milliseconds. */
const LOOK_MS = 250;
/** How long a request rests that Temporal refuses for another reason than being away; milliseconds. */
const REFUSED_RESTS_MS = 30_000;

/** Gives what the journal holds to Temporal: at once if it answers, else in the background. */
export interface HandOver {
  /**
   * Appends one request to the journal, then starts its deliveries while its sender waits.
   * @param kept told once the journal has it
   * @returns `undefined` when they will be started in the background: Temporal is away, slow or flooded
   * @throws what the journal throws: then nothing is kept
   */
  appendAndStart(entry: JournalEntry, kept?: () => void): Promise<StartedDelivery[] | undefined>;
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

/** How far a large request is: the rest of it waits for its next turn. */
interface Progress {
  readonly from: number;
  /** Temporal refused one of those before: the others are started all the same. */
  readonly refusal: { readonly error: unknown } | undefined;
}
const START: Progress = { from: 0, refusal: undefined };

export function createHandOver({ journal, start, log }: HandOverParts): HandOver {
  const underWay = new Set<string>();
  const restsUntil = new Map<string, number>();
  const progress = new Map<string, Progress>();
  /**
   * While Temporal does not answer, one request is the probe, each time another one: where only a part of Temporal is
   * away, as one shard of its history can be, a request that needs it must not hold up the others.
   */
  const probed = new Set<string>();
  const stopping = new AbortController();
  let temporalAnswers = true;

  /** Starts deliveries at once, also when Temporal refuses one of them. */
  async function startTogether(deliveries: readonly Delivery[], waitMs: number): Promise<StartedDelivery[]> {
    const deadline = Date.now() + waitMs;
    // All have ended when this resolves: what is tried again is not under way meanwhile.
    const outcomes = await Promise.allSettled(deliveries.map((delivery) => start(delivery, deadline)));
    const refusal = outcomes.find((one) => one.status === 'rejected');
    if (refusal) throw refusal.reason;
    return outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  async function noteHandedOver(id: string): Promise<void> {
    await journal.markHandedOver(id);
    restsUntil.delete(id);
    progress.delete(id);
  }

  /** One turn of a request: as many of its deliveries as are started together. */
  async function startSome({ id, deliveries }: WaitingWebhook): Promise<void> {
    const { from, refusal } = progress.get(id) ?? START;
    const until = from + DELIVERIES_AT_ONCE;
    const refused = await startTogether(deliveries.slice(from, until), BACKGROUND_WAITS_MS).then(
      () => refusal,
      (error: unknown) => {
        if (isTemporalAway(error)) throw error;
        return { error };
      },
    );
    if (until < deliveries.length) {
      progress.set(id, { from: until, refusal: refused });
      return;
    }
    progress.delete(id);
    // All of it again, later: what is started twice is started once.
    if (refused) throw refused.error;
    await noteHandedOver(id);
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

  /** Whether Temporal took what it was given. */
  async function inBackground(webhook: WaitingWebhook): Promise<boolean> {
    underWay.add(webhook.id);
    try {
      await startSome(webhook);
      if (!temporalAnswers) log.info('Temporal answers again; handing over what the journal kept');
      temporalAnswers = true;
      return true;
    } catch (error) {
      noteFailure(webhook.id, error);
      return false;
    } finally {
      underWay.delete(webhook.id);
    }
  }

  const isDue = (id: string): boolean => !underWay.has(id) && (restsUntil.get(id) ?? 0) <= Date.now();

  /** One look at what waits, the senders in turn: each request until it is through, or fails. */
  async function handOverWaiting(): Promise<void> {
    const failed = new Set<string>();
    while (!stopping.signal.aborted) {
      const isProbe = !temporalAnswers;
      const mayGo = (id: string): boolean => isDue(id) && !failed.has(id) && !(isProbe && probed.has(id));
      const due = await journal.nextInTurn(isProbe ? 1 : BACKGROUND_AT_ONCE, mayGo);
      if (due.length === 0) {
        probed.clear();
        return;
      }
      const taken = await Promise.all(due.map(inBackground));
      due.forEach(({ id }, index) => taken[index] === true || failed.add(id));
      if (!isProbe) continue;
      due.forEach(({ id }) => probed.add(id));
      if (!temporalAnswers) return;
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
    async appendAndStart(entry, kept) {
      const { id, deliveries } = entry;
      // Before the append: from then on the background could find it too.
      underWay.add(id);
      try {
        await journal.append(entry);
        kept?.();
        if (deliveries.length === 0) return [];
        if (!temporalAnswers || underWay.size > MAX_SENDERS || deliveries.length > MAX_WITH_SENDER)
          return undefined;
        try {
          const started = await startTogether(deliveries, SENDER_WAITS_MS);
          await noteHandedOver(id);
          return started;
        } catch (error) {
          noteFailure(id, error);
          return undefined;
        }
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
