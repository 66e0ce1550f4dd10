import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { StartedDelivery } from '../deliveries/start';
import { isTemporalAway } from '../deliveries/temporal-away';
import type { Delivery } from '../deliveries/workflow-id';
import type { Journal } from './journal';
import { lineOf, type JournalEntry, type WaitingWebhook } from './journal-entry';
import { createStartRoom } from './start-room';
import { createWaitingSenders, type HandedOver } from './waiting-senders';

/** How long one start waits for Temporal; milliseconds. */
const START_WAITS_MS = 5_000;
/** Deliveries of one request that are started together; the rest of it waits for its next turn. Real requests have up to ten. */
const DELIVERIES_AT_ONCE = 10;
/**
 * Deliveries that are being started as soon as they were kept, without a look into the journal, and those of one sender
 * among them: what is more is a flood, and its senders take turns.
 */
const FROM_MEMORY = { most: 200, ofOne: 50 };
/**
 * Requests of the journal that are started at once: enough to empty a long outage at hundreds per second, and not so
 * much that Temporal keeps those waiting that come in meanwhile.
 */
const FROM_JOURNAL = 16;
/** How often the journal is looked into when nobody asks for it; milliseconds. */
const LOOK_MS = 250;
/** How long a request rests that Temporal refuses for another reason than being away, or that was not marked; milliseconds. */
const RESTS_MS = 30_000;

/** Gives what the journal holds to Temporal: from memory as soon as it is kept, else in turn. */
export interface HandOver {
  /**
   * Appends one request to the journal. Its deliveries are started right behind the answer to its sender, who waits for
   * the disk and for nothing else.
   * @param waitMs how long the sender wants to wait for Temporal all the same
   * @param kept told right behind the answer, too
   * @returns `undefined` when Temporal does not have them by then, or nobody waits
   * @throws what the journal throws: then nothing is kept
   */
  append(entry: JournalEntry, waitMs: number, kept: () => void): Promise<HandedOver | undefined>;
  /** False while Temporal does not answer, so that an outage is no storm of attempts. */
  readonly temporalAnswers: boolean;
  /** What is under way ends; what is not stays in the journal. */
  stop(): Promise<void>;
}

export interface HandOverParts {
  readonly journal: Journal;
  /** Starts one delivery, within the deadline: milliseconds since 1970. */
  readonly start: (delivery: Delivery, deadline: number) => Promise<StartedDelivery>;
  /** Told of each request how long the journal alone had it; milliseconds. */
  readonly took: (ms: number) => void;
  readonly log: Logger;
}

/** How far a large request is: the rest of it waits for its next turn. */
interface Progress {
  readonly started: readonly StartedDelivery[];
  readonly from: number;
  /** Temporal refused one of those before: the others are started all the same. */
  readonly refusal: { readonly error: unknown } | undefined;
}
const START: Progress = { started: [], from: 0, refusal: undefined };

export function createHandOver({ journal, start, took, log }: HandOverParts): HandOver {
  const underWay = new Set<string>();
  const restsUntil = new Map<string, number>();
  const progress = new Map<string, Progress>();
  const senders = createWaitingSenders();
  const room = createStartRoom(FROM_MEMORY.most, FROM_MEMORY.ofOne);
  /** What must have ended before the journal may be closed. */
  const unfinished = new Set<Promise<void>>();
  /**
   * While Temporal does not answer, one request is the probe, each time another one: where only a part of Temporal is
   * away, as one shard of its history can be, a request that needs it must not hold up the others.
   */
  const probed = new Set<string>();
  let stopped = false;
  let temporalAnswers = true;
  let askForLook = (): void => undefined;
  let askedForLook = nextLook();

  function nextLook(): Promise<void> {
    return new Promise((resolve) => (askForLook = resolve));
  }

  function finishBeforeStop(work: Promise<unknown>): void {
    const finished = work.then(() => void unfinished.delete(finished));
    unfinished.add(finished);
  }

  /** Starts deliveries at once, also when Temporal refuses one of them. */
  async function startTogether(deliveries: readonly Delivery[]): Promise<StartedDelivery[]> {
    const deadline = Date.now() + START_WAITS_MS;
    // All have ended when this resolves: what is tried again is not under way meanwhile.
    const outcomes = await Promise.allSettled(deliveries.map((delivery) => start(delivery, deadline)));
    const refusal = outcomes.find((one) => one.status === 'rejected');
    if (refusal) throw refusal.reason;
    return outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  /**
   * As many deliveries of a request as are started together.
   * @returns all of it once it is through; `undefined` while some is left
   */
  async function startSome({
    id,
    deliveries,
  }: WaitingWebhook): Promise<readonly StartedDelivery[] | undefined> {
    const before = progress.get(id) ?? START;
    const until = before.from + DELIVERIES_AT_ONCE;
    const now = await startTogether(deliveries.slice(before.from, until)).then(
      (started) => ({ started: [...before.started, ...started], refusal: before.refusal }),
      (error: unknown) => {
        if (isTemporalAway(error)) throw error;
        return { started: before.started, refusal: { error } };
      },
    );
    if (until < deliveries.length) {
      progress.set(id, { ...now, from: until });
      return undefined;
    }
    progress.delete(id);
    // All of it again, later: what is started twice is started once.
    if (now.refusal) throw now.refusal.error;
    return now.started;
  }

  /** Nobody waits for the mark; until it is written, or was refused, the request is not taken up again. */
  async function mark(id: string): Promise<void> {
    try {
      await journal.markHandedOver(id);
      restsUntil.delete(id);
    } catch (error) {
      restsUntil.set(id, Date.now() + RESTS_MS);
      log.error({ err: error, request: id }, 'the journal cannot note that Temporal has a webhook');
    } finally {
      underWay.delete(id);
    }
  }

  function noteFailure(id: string, error: unknown): void {
    if (isTemporalAway(error)) {
      senders.tried(id);
      if (temporalAnswers)
        log.warn({ err: error }, 'Temporal does not answer; the journal keeps what comes in');
      temporalAnswers = false;
      return;
    }
    // A refusal is an answer, too. One request that Temporal refuses must not hold up the others.
    temporalAnswers = true;
    senders.tell(id, undefined);
    restsUntil.set(id, Date.now() + RESTS_MS);
    log.error({ err: error, request: id }, 'a received webhook could not be handed over to Temporal');
  }

  /**
   * One turn of a request that is marked as under way.
   * @param since when only the journal had it; milliseconds since 1970
   * @returns whether Temporal took what it was given
   */
  async function takeTurn(webhook: WaitingWebhook, since: number): Promise<boolean> {
    const { id } = webhook;
    try {
      const started = await startSome(webhook);
      if (started === undefined) {
        underWay.delete(id);
        return true;
      }
      took(Math.max(0, Date.now() - since));
      senders.tell(id, started);
      finishBeforeStop(mark(id));
      return true;
    } catch (error) {
      underWay.delete(id);
      noteFailure(id, error);
      return false;
    }
  }

  /** A request that was just kept: it is started now, or left to the looks into the journal. */
  function startOrLeave(webhook: WaitingWebhook, keptAt: number): void {
    const { id, line, deliveries } = webhook;
    const { length } = deliveries;
    if (!stopped && temporalAnswers && length <= DELIVERIES_AT_ONCE && room.take(line, length)) {
      finishBeforeStop(takeTurn(webhook, keptAt).finally(() => room.giveBack(line, length)));
      return;
    }
    underWay.delete(id);
    if (temporalAnswers) askForLook();
  }

  async function fromJournal(webhook: WaitingWebhook): Promise<boolean> {
    underWay.add(webhook.id);
    const taken = await takeTurn(webhook, webhook.receivedAt);
    if (taken && !temporalAnswers) {
      log.info('Temporal answers again; handing over what the journal kept');
      temporalAnswers = true;
    }
    return taken;
  }

  const isDue = (id: string): boolean => !underWay.has(id) && (restsUntil.get(id) ?? 0) <= Date.now();

  /** One look at what waits, the senders in turn: each request until it is through, or fails. */
  async function handOverWaiting(): Promise<void> {
    const failed = new Set<string>();
    const going = new Set<Promise<void>>();
    function begin(webhook: WaitingWebhook): void {
      const one = fromJournal(webhook).then((taken) => {
        going.delete(one);
        if (!taken) failed.add(webhook.id);
      });
      going.add(one);
    }
    for (;;) {
      if (stopped || !temporalAnswers) await Promise.all(going);
      if (stopped) return;
      const isProbe = !temporalAnswers;
      const mayGo = (id: string): boolean => isDue(id) && !failed.has(id) && !(isProbe && probed.has(id));
      const free = isProbe ? 1 : FROM_JOURNAL - going.size;
      // Before it is looked: who asks from now on is heard.
      askedForLook = nextLook();
      const due = free > 0 ? await journal.nextInTurn(free, mayGo) : [];
      due.forEach(begin);
      if (going.size === 0) {
        probed.clear();
        return;
      }
      await Promise.race(free > due.length ? [...going, askedForLook] : going);
      if (!isProbe) continue;
      await Promise.all(going);
      due.forEach(({ id }) => probed.add(id));
      if (!temporalAnswers) return;
    }
  }

  /** Until somebody asks for a look, or one is due anyway. */
  async function rest(): Promise<void> {
    const over = new AbortController();
    await Promise.race([
      askedForLook,
      delay(LOOK_MS, undefined, { signal: over.signal }).catch(() => undefined),
    ]);
    over.abort();
  }

  async function run(): Promise<void> {
    while (!stopped) {
      try {
        if (journal.state().waiting > 0) await handOverWaiting();
        else askedForLook = nextLook();
      } catch (error) {
        log.error({ err: error }, 'the journal cannot be read');
        askedForLook = nextLook();
      }
      if (!stopped) await rest();
    }
  }
  const running = run();

  return {
    get temporalAnswers() {
      return temporalAnswers;
    },
    async append(entry, waitMs, kept) {
      const { id, receivedAt, deliveries } = entry;
      // Before the append: from then on a look could find it too.
      underWay.add(id);
      try {
        await journal.append(entry);
      } catch (error) {
        underWay.delete(id);
        throw error;
      }
      const keptAt = Date.now();
      // The answer goes first: what follows takes milliseconds of this thread.
      setImmediate(() => {
        if (deliveries.length === 0) underWay.delete(id);
        else startOrLeave({ id, receivedAt, line: lineOf(entry), deliveries }, keptAt);
        kept();
      });
      if (deliveries.length === 0) return [];
      return waitMs > 0 && !stopped ? senders.wait(id, waitMs) : undefined;
    },
    async stop() {
      stopped = true;
      askForLook();
      senders.tellAll();
      await running;
      while (unfinished.size > 0) await Promise.all(unfinished);
    },
  };
}
