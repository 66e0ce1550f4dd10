import type { Client } from '@temporalio/client';
import {
  type AttentionFilter,
  countWaitingDeliveries,
  listWaitingDeliveries,
  type WaitingCount,
  type WaitingDelivery,
} from '../database/attention';
import { type KnownJournal, listJournals } from '../database/journals';
import { countHeldDeactivations } from '../database/held-deactivations';
import { inTransaction } from '../database/pool';
import { listCircuits } from '../database/push-circuits';
import { findMissedSweep } from '../database/sweeps';
import { isTemporalAway } from '../intake/temporal-away';
import { type AttentionKind, whyOverdue } from '../shipment/attention';
import type { ApiDependencies } from './dependencies';
import { isQueuePolled } from './queue-pollers';
import { isRunning } from './running-workflows';

/** Reads all that waits, which may be a hundred thousand rows; milliseconds. */
const QUERY_TIMEOUT_MS = 10_000;
/** Deliveries without a wait that are looked up in Temporal, for one page. */
const MOST_LOOKED_UP = 50;
/** A step takes milliseconds: what is younger is at work, and not looked up. */
const AT_WORK_MS = 60_000;

export interface Entry {
  readonly kind: AttentionKind;
  readonly workflowId: string | null;
  readonly audience: string;
  readonly messageIds: readonly string[];
  readonly since: Date;
  readonly until: Date | null;
  /** What there is to say besides, such as the words of a provider. */
  readonly words: string;
  /** Why it is overdue; `null` when it is not. */
  readonly alarm: string | null;
}

export interface AttentionPage {
  readonly counts: readonly WaitingCount[];
  readonly entries: readonly Entry[];
  /** Where the next page begins; `null` at the end. */
  readonly next: string | null;
}

type Parts = Pick<ApiDependencies, 'pool' | 'temporal' | 'taskQueue' | 'intake' | 'clock'>;

/** One page of all that waits. What is not a delivery stands on the first page, before the others. */
export async function listAttention(parts: Parts, filter: AttentionFilter): Promise<AttentionPage> {
  const { pool, temporal, clock = Date.now } = parts;
  const now = clock();
  const { counts, waiting } = await inTransaction(
    pool,
    async (db) => ({
      counts: await countWaitingDeliveries(db),
      waiting: await listWaitingDeliveries(db, filter),
    }),
    QUERY_TIMEOUT_MS,
  );
  const first = filter.after === undefined ? await listOthers(parts, counts, now) : [];
  const shown = first.filter(({ kind }) => filter.kind === undefined || filter.kind === kind);
  const runs = await unlessAway(lookUp(temporal, waiting, now), new Map<string, boolean>());
  return {
    counts,
    entries: [...shown, ...waiting.map((one) => entryOf(one, runs.get(one.workflowId) ?? null, now))],
    next: waiting.length < filter.limit ? null : (waiting.at(-1)?.cursor ?? null),
  };
}

function entryOf(waiting: WaitingDelivery, runs: boolean | null, now: number): Entry {
  const { kind, workflowId, audience, messageIds, since, until, dueSince } = waiting;
  const alarm = whyOverdue(
    {
      kind,
      since: since.getTime(),
      until: until && until.getTime(),
      dueSince: dueSince && dueSince.getTime(),
      runs,
    },
    now,
  );
  return { kind, workflowId, audience, messageIds, since, until, words: '', alarm };
}

/** Whether the workflows of deliveries that should be at work run. */
async function lookUp(
  temporal: Client,
  waiting: readonly WaitingDelivery[],
  now: number,
): Promise<Map<string, boolean>> {
  const doubtful = waiting
    .filter(({ kind, since }) => kind === 'under-way' && now - since.getTime() > AT_WORK_MS)
    .slice(0, MOST_LOOKED_UP);
  const found = doubtful.map(
    async ({ workflowId }) => [workflowId, await isRunning(temporal, workflowId)] as const,
  );
  return new Map(await Promise.all(found));
}

/** Held providers and devices, the journals, a queue that nobody serves, and a sweep that does not come. */
async function listOthers(parts: Parts, counts: readonly WaitingCount[], now: number): Promise<Entry[]> {
  const { pool, temporal, taskQueue, intake } = parts;
  const { missedSweep, circuits, deactivations, journals } = await inTransaction(pool, async (db) => ({
    missedSweep: await findMissedSweep(db),
    circuits: await listCircuits(db),
    deactivations: await countHeldDeactivations(db),
    journals: await listJournals(db),
  }));
  const { waiting, oldestAt } = intake.state();
  const oldest = counts.map((count) => count.oldest.getTime()).sort((a, b) => a - b)[0] ?? oldestAt;
  const polled = oldest === undefined || (await unlessAway(isQueuePolled(temporal, { taskQueue }), 'away'));
  return [
    ...(polled === 'away' ? [other('temporal', new Date(now), '', null, now)] : []),
    ...(polled ? [] : [other('worker', new Date(oldest), 'no worker polls the task queue', null, now)]),
    ...(missedSweep ? [other('sweep', missedSweep, 'no sweep has looked since then', null, now)] : []),
    ...(oldestAt === undefined
      ? []
      : [other('journal', new Date(oldestAt), `${waiting} webhooks`, null, now)]),
    ...journals
      .filter(({ journalId }) => journalId !== intake.journalId)
      .flatMap((one) => ofOthers(one, now)),
    ...circuits.map(({ provider, cause, words, openedAt, probeAt }) =>
      other('provider-held', openedAt, `${provider} (${cause}): ${words}`, probeAt, now),
    ),
    ...deactivations.map(({ provider, devices, since }) =>
      other('deactivation-held', since, `${devices} devices of ${provider}`, null, now),
    ),
  ];
}

/** While Temporal is away, what waits is in the database all the same. */
async function unlessAway<T, A>(answer: Promise<T>, away: A): Promise<T | A> {
  try {
    return await answer;
  } catch (error) {
    if (isTemporalAway(error)) return away;
    throw error;
  }
}

/** What the journal of another process says of itself, or does not say any more. */
function ofOthers(journal: KnownJournal, now: number): Entry[] {
  const { journalId, place, heardAt, silent, waiting, oldestAt } = journal;
  const holds = `${waiting} webhooks of ${place}`;
  if (silent) return [other('journal-silent', heardAt, `${journalId}: ${holds}`, null, now)];
  return oldestAt === null ? [] : [other('journal', oldestAt, holds, null, now)];
}

function other(kind: AttentionKind, since: Date, words: string, until: Date | null, now: number): Entry {
  const facts = { kind, since: since.getTime(), until: until && until.getTime(), dueSince: null, runs: null };
  return {
    kind,
    workflowId: null,
    audience: '',
    messageIds: [],
    since,
    until,
    words,
    alarm: whyOverdue(facts, now),
  };
}
