import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { fewAtOnce } from '../few-at-once';
import { findWritten, selectLedger } from '../database/ledger';
import { inTransaction } from '../database/pool';
import type { Intake } from '../intake/intake';
import {
  type AudienceSums,
  bookAudience,
  gapsOf,
  sumAudiences,
  sumUpdates,
  type UpdateSums,
} from '../shipment/ledger';
import { isOpen } from './is-open';

/** The ledger reads everything since its beginning; milliseconds. */
const QUERY_TIMEOUT_MS = 20_000;
/** Calls of Temporal under way at once. */
const AT_ONCE = 10;
/** Every list of ids that people read ends here; the counts stay exact. */
const MOST_DIFFERENCES = 100;

export interface LedgerParts {
  readonly pool: pg.Pool;
  readonly temporal: Client;
  /** Of the process that is asked; without it, what it holds counts as not accepted. */
  readonly intake?: Pick<Intake, 'readJournal'>;
}

export interface Ledger {
  readonly since: Date;
  readonly until: Date;
  readonly updates: UpdateSums;
  readonly audiences: AudienceSums;
  /** Whether both equations close. */
  readonly closes: boolean;
  readonly differences: readonly { readonly workflowId: string; readonly problem: string }[];
}

/** Accounts for everything that was accepted since a moment; what it cannot account for it names. */
export async function takeLedger({ pool, temporal, intake }: LedgerParts, since: Date): Promise<Ledger> {
  // First, so that whatever was accepted before it is in the journal, in the archive, or in both.
  const until = new Date();
  const kept = await intake?.readJournal();
  const unarchived = (kept?.webhooks ?? [])
    .filter(({ receivedAt }) => receivedAt >= since.getTime() && receivedAt < until.getTime())
    .flatMap(({ id, workflowIds }) => workflowIds.map((workflowId) => ({ webhookId: id, workflowId })));
  const rows = await inTransaction(
    pool,
    (db) => selectLedger(db, since, until, unarchived),
    QUERY_TIMEOUT_MS,
  );

  const notHandedOver = rows.unwritten.filter(({ workflowId }) => kept?.notHandedOver.has(workflowId));
  const handedOver = rows.unwritten.filter(({ workflowId }) => !kept?.notHandedOver.has(workflowId));
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
  const differences = [
    ...[...lost].map((workflowId) => ({
      workflowId,
      problem: 'accepted, and neither in the database nor in Temporal',
    })),
    ...rows.audiences
      .filter((state) => bookAudience(state) === null)
      .flatMap(({ samples, sendStatus, outcome }) =>
        samples.map((workflowId) => ({
          workflowId,
          problem:
            sendStatus === null
              ? `ended as ${outcome ?? 'nothing'}, and its notification is gone`
              : `its notification says ${sendStatus}, and no push was accepted`,
        })),
      ),
  ];
  return {
    ...{ since, until, updates, audiences },
    closes: gaps.updates === 0 && gaps.audiences === 0,
    differences: differences.slice(0, MOST_DIFFERENCES),
  };
}

/** Which of these are neither under way in Temporal nor, by now, in the database or back in the journal. */
async function findLost(
  { pool, temporal, intake }: LedgerParts,
  workflowIds: readonly string[],
): Promise<string[]> {
  const open = await fewAtOnce(workflowIds, AT_ONCE, (workflowId) => isOpen(temporal, workflowId));
  const closed = workflowIds.filter((_, index) => !open[index]);
  if (closed.length === 0) return [];
  const written = new Set(await inTransaction(pool, (db) => findWritten(db, closed)));
  const kept = await intake?.readJournal();
  return closed.filter((workflowId) => !written.has(workflowId) && !kept?.notHandedOver.has(workflowId));
}
