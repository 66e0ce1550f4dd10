import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { type KnownJournal, listJournals } from '../database/journals';
import { findWritten, selectLedger, selectOpenDeliveries } from '../database/ledger';
import { inTransaction } from '../database/pool';
import { selectLedgerFloor } from '../database/retention';
import type { Intake } from '../intake/intake';
import {
  type AudienceState,
  type AudienceSums,
  bookAudience,
  gapsOf,
  sumAudiences,
  sumUpdates,
  type UpdateSums,
} from '../shipment/ledger';
import { findNotRunning } from '../deliveries/runs';
import type { Explanation } from '../shipment/explanation';

/** Thousands of deliveries may have to be looked up in Temporal, however slow PostgreSQL is; milliseconds. */
const TEMPORAL_BUDGET_MS = 30_000;
/** The ledger reads everything since its beginning; milliseconds. */
const QUERY_TIMEOUT_MS = 20_000;
/** Every list of ids that people read ends here; the counts stay exact. */
const MOST_DIFFERENCES = 100;

export interface LedgerParts {
  readonly pool: pg.Pool;
  readonly temporal: Client;
  /** Of the process that is asked. What the journals of the others hold is counted from the archive. */
  readonly intake?: Pick<Intake, 'journalId' | 'readJournal'>;
}

export interface Ledger {
  /** As asked, or since when nothing is deleted. */
  readonly since: Date;
  /** Now, or up to when every journal that is heard of is in the archive: a second or two ago. */
  readonly until: Date;
  readonly updates: UpdateSums;
  readonly audiences: AudienceSums;
  /** Whether both equations close, and no delivery is left to itself. */
  readonly closes: boolean;
  readonly differences: readonly { readonly workflowId: string; readonly problem: Explanation }[];
  /** Journals that are not heard of: what they took since is not counted. */
  readonly unheard: readonly KnownJournal[];
}

/**
 * Accounts for everything that was accepted since a moment; what it cannot account for it names.
 * @throws {HttpProblem} `temporal-unavailable` when Temporal does not answer in time
 */
export async function balanceLedger({ pool, temporal, intake }: LedgerParts, asked: Date): Promise<Ledger> {
  const floor = await inTransaction(pool, selectLedgerFloor);
  const since = floor !== null && floor > asked ? floor : asked;
  // First, so that whatever was accepted before it is in our journal, in the archive, or in both.
  const now = new Date();
  const journals = await inTransaction(pool, listJournals);
  const others = journals.filter(({ journalId }) => journalId !== intake?.journalId);
  const until = earliest(
    now,
    others.flatMap(({ silent, archivedUntil }) => (silent ? [] : archivedUntil)),
  );
  const kept = await intake?.readJournal();
  const unarchived = (kept?.webhooks ?? [])
    .filter(({ receivedAt }) => receivedAt >= since.getTime() && receivedAt < until.getTime())
    .flatMap(({ id, workflowIds }) => workflowIds.map((workflowId) => ({ webhookId: id, workflowId })));
  const open = await inTransaction(pool, (db) => selectOpenDeliveries(db, since), QUERY_TIMEOUT_MS);
  const notRunning = await askNotRunning(temporal, open);
  const rows = await inTransaction(
    pool,
    (db) => selectLedger(db, { since, until, unarchived, notRunning }),
    QUERY_TIMEOUT_MS,
  );

  const isKept = (update: (typeof rows.unwritten)[number]): boolean =>
    update.kept || kept?.notHandedOver.has(update.workflowId) === true;
  const notHandedOver = rows.unwritten.filter(isKept);
  const handedOver = rows.unwritten.filter((update) => !isKept(update));
  const lost = new Set(
    await findLost(
      { pool, temporal, intake },
      handedOver.map(({ workflowId }) => workflowId),
    ),
  );
  const waiting = handedOver.filter(({ workflowId }) => !lost.has(workflowId));
  const mentionsOf = (list: readonly { readonly mentions: number }[]): number =>
    list.reduce((sum, { mentions }) => sum + mentions, 0);
  const found = [...notHandedOver, ...waiting];

  const updates = sumUpdates({
    heard: rows.heard,
    elsewhere: rows.elsewhere,
    unwritten: {
      waiting: waiting.length,
      notHandedOver: notHandedOver.length,
      repeated: mentionsOf(found) - found.length,
    },
    lost: mentionsOf(rows.unwritten) - mentionsOf(found),
  });
  const audiences = sumAudiences(updates.decided, rows.audiences);
  const gaps = gapsOf(updates, audiences);
  // By delivery: two audiences of one are one thing to look at.
  const problems = new Map<string, Explanation>();
  for (const workflowId of lost) problems.set(workflowId, LOST);
  for (const { samples, ...state } of rows.audiences) {
    if (bookAudience(state) !== null) continue;
    for (const workflowId of samples) problems.set(workflowId, describeContradiction(state));
  }
  for (const workflowId of rows.abandoned) problems.set(workflowId, ABANDONED);
  return {
    ...{ since, until, updates, audiences },
    closes: gaps.updates === 0 && gaps.audiences === 0 && problems.size === 0,
    differences: [...problems]
      .slice(0, MOST_DIFFERENCES)
      .map(([workflowId, problem]) => ({ workflowId, problem })),
    unheard: others.filter(({ silent }) => silent),
  };
}

const LOST: Explanation = {
  en: 'accepted, and neither in the database nor in Temporal',
  zh: '已接受，但数据库和 Temporal 中都没有',
};
const ABANDONED: Explanation = {
  en: 'not at its end, and its workflow does not run: waybell retry starts it again',
  zh: '尚未结束，但其工作流没有在运行：waybell retry 可重新启动',
};

function describeContradiction({ sendStatus, outcome }: AudienceState): Explanation {
  return sendStatus === null
    ? {
        en: `ended as ${outcome ?? 'nothing'}, and its notification is gone`,
        zh: `结束为 ${outcome ?? '无'}，但其消息已不存在`,
      }
    : {
        en: `its notification says ${sendStatus}, and no push was accepted`,
        zh: `其消息的状态为 ${sendStatus}，但没有任何推送被接受`,
      };
}

function earliest(first: Date, others: readonly Date[]): Date {
  return others.reduce((a, b) => (b < a ? b : a), first);
}

/** Which of these are neither under way in Temporal nor, by now, in the database or back in the journal. */
async function findLost(
  { pool, temporal, intake }: LedgerParts,
  workflowIds: readonly string[],
): Promise<string[]> {
  const closed = await askNotRunning(temporal, workflowIds);
  if (closed.length === 0) return [];
  const written = new Set(await inTransaction(pool, (db) => findWritten(db, closed)));
  const kept = await intake?.readJournal();
  return closed.filter((workflowId) => !written.has(workflowId) && !kept?.notHandedOver.has(workflowId));
}

function askNotRunning(temporal: Client, workflowIds: readonly string[]): Promise<string[]> {
  return temporal.withDeadline(Date.now() + TEMPORAL_BUDGET_MS, () => findNotRunning(temporal, workflowIds));
}
