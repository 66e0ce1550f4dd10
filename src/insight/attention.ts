import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { ShopTables } from '../config/config';
import {
  countWaitingDeliveries,
  findUnderWay,
  listWaitingDeliveries,
  type AttentionFilter,
  type WaitingCount,
  type WaitingDelivery,
} from '../database/attention';
import { findMissedSweep } from '../database/due-waits';
import { countHeldDeactivations, listHolds } from '../database/held';
import { listOutages } from '../database/provider-failures';
import { listJournals, type KnownJournal } from '../database/journals';
import { findNear } from '../database/near-waybills';
import { inTransaction, type Queryable } from '../database/pool';
import type { Intake } from '../intake/intake';
import { isQueuePolled } from '../deliveries/pollers';
import { pickNotRunning } from '../deliveries/runs';
import { isTemporalAway } from '../deliveries/temporal-away';
import { explainNear } from '../shipment/explain-near';
import { describeOutage } from '../shipment/provider-outage';
import { whyOverdue, type AttentionKind } from '../shipment/attention';
import { asItIs, type Explanation } from '../shipment/explanation';

/** Reads all that waits, which may be a hundred thousand rows; milliseconds. */
const QUERY_TIMEOUT_MS = 10_000;
/** Deliveries under way that are looked up in Temporal: a second's work. Those that wait longest are. */
const MOST_LOOKED_UP = 200;
/** A step takes milliseconds: what is younger is at work, and not looked up. */
const AT_WORK_MS = 60_000;

/** All that waits, but for the list of deliveries. */
export interface AttentionSum {
  /** Of deliveries. */
  readonly counts: readonly WaitingCount[];
  /** What is no delivery. */
  readonly others: readonly Entry[];
  /** Deliveries under way whose workflow does not run. */
  readonly abandoned: readonly Entry[];
  /** How much of all is overdue, by kind. */
  readonly overdue: Readonly<Record<string, number>>;
}

interface AttentionParts {
  readonly pool: pg.Pool;
  readonly temporal: Client;
  readonly taskQueue?: string;
  readonly intake: Intake;
  readonly clock?: () => number;
  /** How long Temporal is waited for while it is away, however slow PostgreSQL is; milliseconds. */
  readonly temporalBudgetMs: number;
}

/** Judges everything, whatever page is shown. */
export async function sumAttention(parts: AttentionParts): Promise<AttentionSum> {
  const { pool, clock = Date.now } = parts;
  const now = clock();
  const counts = await inTransaction(pool, countWaitingDeliveries, QUERY_TIMEOUT_MS);
  const [others, abandoned] = await Promise.all([listOthers(parts, counts, now), listAbandoned(parts, now)]);
  return { counts, others, abandoned, overdue: countOverdue(counts, [...others, ...abandoned]) };
}

function countOverdue(counts: readonly WaitingCount[], entries: readonly Entry[]): Record<string, number> {
  const alarms = [
    ...counts.map(({ kind, overdue }) => [kind, overdue] as const),
    ...entries.map(({ kind, alarm }) => [kind, alarm === null ? 0 : 1] as const),
  ];
  const sums: Record<string, number> = {};
  for (const [kind, overdue] of alarms) sums[kind] = (sums[kind] ?? 0) + overdue;
  return sums;
}

/** Of deliveries that wait for nobody but their own steps, and so look like work, those that nobody does. */
async function listAbandoned(parts: AttentionParts, now: number): Promise<Entry[]> {
  const { pool, temporal } = parts;
  const underWay = await inTransaction(
    pool,
    (db) => findUnderWay(db, { olderThanMs: AT_WORK_MS, limit: MOST_LOOKED_UP }),
    QUERY_TIMEOUT_MS,
  );
  const notRunning = await unlessAway(parts, () => pickNotRunning(temporal, underWay), []);
  if (notRunning.length === 0) return [];
  // Once more: some have come to their end since.
  const still = await inTransaction(
    pool,
    (db) =>
      listWaitingDeliveries(db, { kind: 'under-way', workflowIds: notRunning, limit: notRunning.length }),
    QUERY_TIMEOUT_MS,
  );
  return still.map((one) => ofDelivery(one, false, now));
}

/** Providers that are down or held, held devices, the journals, a queue that nobody serves, and a sweep that does not come. */
async function listOthers(
  parts: AttentionParts,
  counts: readonly WaitingCount[],
  now: number,
): Promise<Entry[]> {
  const { pool, temporal, taskQueue, intake } = parts;
  const { missedSweep, outages, holds, deactivations, journals } = await inTransaction(pool, async (db) => ({
    missedSweep: await findMissedSweep(db),
    outages: await listOutages(db),
    holds: await listHolds(db),
    deactivations: await countHeldDeactivations(db),
    journals: await listJournals(db),
  }));
  const { waiting, oldestAt } = intake.state();
  const oldest = counts.map((count) => count.oldest.getTime()).sort((a, b) => a - b)[0] ?? oldestAt;
  const polled =
    oldest === undefined || (await unlessAway(parts, () => isQueuePolled(temporal, { taskQueue }), 'away'));
  return [
    ...(polled === 'away' ? [ofOther('temporal', new Date(now), null, null, now)] : []),
    ...(polled ? [] : [ofOther('worker', new Date(oldest), NO_WORKER, null, now)]),
    ...(missedSweep ? [ofOther('sweep', missedSweep, NO_SWEEP, null, now)] : []),
    ...(oldestAt === undefined
      ? []
      : [ofOther('journal', new Date(oldestAt), holding(waiting), null, now, intake.journalId)]),
    ...journals
      .filter(({ journalId }) => journalId !== intake.journalId)
      .flatMap((one) => ofJournal(one, now)),
    ...outages.map((outage) =>
      ofOther('provider-down', outage.since, describeOutage(outage), null, now, outage.provider),
    ),
    ...holds.map(({ provider, cause, words, openedAt, probeAt }) =>
      ofOther('provider-held', openedAt, asItIs(`${provider} (${cause}): ${words}`), probeAt, now, provider),
    ),
    ...deactivations.map(({ provider, devices, since }) =>
      ofOther('deactivation-held', since, devicesOf(devices, provider), null, now, provider),
    ),
  ];
}

const NO_WORKER: Explanation = { en: 'no worker polls the task queue', zh: '没有 worker 在领取任务' };
const NO_SWEEP: Explanation = { en: 'no sweep has looked since then', zh: '此后没有巡检' };

const holding = (webhooks: number, place?: string): Explanation => ({
  en: `${webhooks} webhooks${place === undefined ? '' : ` of ${place}`}`,
  zh: `${place === undefined ? '' : `${place} 的 `}${webhooks} 个 webhook`,
});

const devicesOf = (devices: number, provider: string): Explanation => ({
  en: `${devices} devices of ${provider}`,
  zh: `${provider} 的 ${devices} 部手机`,
});

/** While Temporal is away, what waits is in the database all the same. */
async function unlessAway<T, A>(
  { temporal, temporalBudgetMs }: { readonly temporal: Client; readonly temporalBudgetMs: number },
  ask: () => Promise<T>,
  away: A,
): Promise<T | A> {
  try {
    return await temporal.withDeadline(Date.now() + temporalBudgetMs, ask);
  } catch (error) {
    if (isTemporalAway(error)) return away;
    throw error;
  }
}

/** What the journal of another process says of itself, or does not say any more. */
function ofJournal(journal: KnownJournal, now: number): Entry[] {
  const { journalId, place, heardAt, silent, waiting, oldestAt } = journal;
  const holds = holding(waiting, place);
  const named = { en: `${journalId}: ${holds.en}`, zh: `${journalId}：${holds.zh}` };
  if (silent) return [ofOther('journal-silent', heardAt, named, null, now, journalId)];
  return oldestAt === null ? [] : [ofOther('journal', oldestAt, holds, null, now, journalId)];
}

export interface AttentionPage extends Pick<AttentionSum, 'counts' | 'overdue'> {
  readonly entries: readonly Entry[];
  /** Where the next page begins; `null` at the end. */
  readonly next: string | null;
}

type ListParts = AttentionParts & { readonly config: { readonly shopTables: ShopTables } };

/** Of waybills whose order is waited for: what else the shop has under their numbers, in words. */
async function findNearOf(
  db: Queryable,
  tables: ShopTables,
  waiting: readonly WaitingDelivery[],
): Promise<ReadonlyMap<string, Explanation>> {
  const orderless = waiting
    .filter(({ kind }) => kind === 'order-not-found')
    .map(({ waybillId }) => waybillId);
  const near = await findNear(db, tables, [...new Set(orderless)]);
  const ids = new Set(near.map(({ of }) => of.id));
  return new Map([...ids].map((id) => [id, explainNear(near.filter(({ of }) => of.id === id))]));
}

/**
 * One page of all that waits. What is not a delivery, and deliveries that nobody carries on, stand on the first page,
 * before the others. On a later page the latter stand again, at their place: one may have been abandoned since the
 * first page was read.
 */
export async function listAttention(parts: ListParts, filter: AttentionFilter): Promise<AttentionPage> {
  const { pool, config, clock = Date.now } = parts;
  const { counts, overdue, others, abandoned } = await sumAttention(parts);
  const { waiting, near } = await inTransaction(
    pool,
    async (db) => {
      const waiting = await listWaitingDeliveries(db, filter);
      return { waiting, near: await findNearOf(db, config.shopTables, waiting) };
    },
    QUERY_TIMEOUT_MS,
  );
  const first = filter.after === undefined ? [...others, ...abandoned] : [];
  const shown = first.filter(({ kind }) => filter.kind === undefined || filter.kind === kind);
  const isShown = new Set(shown.map(({ workflowId }) => workflowId));
  const isAbandoned = new Set(abandoned.map(({ workflowId }) => workflowId));
  const now = clock();
  const rest = waiting
    .filter(({ workflowId }) => !isShown.has(workflowId))
    .map((one) => ({
      ...ofDelivery(one, isAbandoned.has(one.workflowId) ? false : null, now),
      words: near.get(one.waybillId) ?? null,
    }));
  return {
    ...{ counts, overdue },
    entries: [...shown, ...rest],
    next: waiting.length < filter.limit ? null : (waiting.at(-1)?.cursor ?? null),
  };
}

/** Something that waits, and whether it should. */
export interface Entry {
  readonly kind: AttentionKind;
  readonly workflowId: string | null;
  readonly audience: string;
  /** Which provider or journal it is about; `''` where there is one only, and for a delivery. */
  readonly subject: string;
  readonly messageIds: readonly string[];
  readonly since: Date;
  readonly until: Date | null;
  /** What there is to say besides, such as the words of a provider. */
  readonly words: Explanation | null;
  /** Why it is overdue; `null` when it is not. */
  readonly alarm: Explanation | null;
}

/** @param runs whether its workflow runs; `null` when nobody looked */
function ofDelivery(waiting: WaitingDelivery, runs: boolean | null, now: number): Entry {
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
  return { kind, workflowId, audience, subject: '', messageIds, since, until, words: null, alarm };
}

function ofOther(
  kind: AttentionKind,
  since: Date,
  words: Explanation | null,
  until: Date | null,
  now: number,
  subject = '',
): Entry {
  const facts = { kind, since: since.getTime(), until: until && until.getTime(), dueSince: null, runs: null };
  return {
    kind,
    workflowId: null,
    audience: '',
    subject,
    messageIds: [],
    since,
    until,
    words,
    alarm: whyOverdue(facts, now),
  };
}
