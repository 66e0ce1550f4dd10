import { pickUnderWay } from '../database/attention';
import { noteSweep, claimDueWaits, type DueWait } from '../database/due-waits';
import { listUnfinished } from '../database/erasures';
import { fewAtOnce } from '../few-at-once';
import { findLateRows, type LateRow } from '../database/late-rows';
import { findOrdersNearWaits, type NearWaybill, type WaitCursor } from '../database/near-waybills';
import { findAwaitedStaff, type StaffPhone } from '../database/members';
import { inTransaction, type Queryable } from '../database/pool';
import { joinUnderNumber, mayBeSecondRow } from '../database/second-rows';
import { findRespelled, settleRow } from '../database/waybill-numbers';
import { firstWorkflowId } from '../deliveries/workflow-id';
import type { ActivityDeps } from './deps';
import { eachMinute } from './each-minute';
import { createEndUnsent } from './end-unsent';
import { createMembersTrouble } from './members-trouble';

/** Per minute: a mass registration must not become a burst of pushes that starves fresh parcels. */
const MOST_PER_SWEEP = 500;
/** Joins whole tables of the shop; nobody waits for it, and the next sweep comes in a minute. */
const QUERY_TIMEOUT_MS = 20_000;
/** Signals under way at once; the server takes about 1 ms each. */
const AT_ONCE = 10;

/** Each goes on by itself; one that runs is asked for in vain. */
const MOST_ERASURES = 20;
/** Deliveries at work that Temporal is asked about, each a call of some milliseconds. */
const MOST_LOOKED_UP = 100;

/**
 * Finds waits whose condition holds, also after changes by plain SQL, or whose time is over, and wakes their deliveries;
 * begins another parcel in the rows whose number the shop has corrected, and tells of rows that got a number after it was
 * told of; closes what was ended from outside, whether it waited or was at work. Starts what was asked to be erased.
 */
export function createWakeDueWaits(deps: ActivityDeps): (minutes?: number) => Promise<number> {
  const { pool, shopTables, carriers, wake, pickEnded, deliveries, log } = deps;
  const endUnsent = createEndUnsent(deps);
  const nameTrouble = createMembersTrouble(deps);
  return eachMinute(wakeDueWaits);

  async function wakeDueWaits(): Promise<number> {
    await settleOpen();
    await joinWaiting();
    await startLate();
    const due = await inTransaction(
      pool,
      async (db) => {
        const due = await claimDueWaits(db, shopTables, MOST_PER_SWEEP, await awaitedStaff(db));
        await noteSweep(db);
        return due;
      },
      QUERY_TIMEOUT_MS,
    );
    await fewAtOnce(due, AT_ONCE, wakeOrClose);
    await closeAbandoned();
    await startErasures();
    if (due.length > 0) log.info({ woken: due.length }, 'woke deliveries whose wait is over');
    return due.length;
  }

  /** While it is not known who belongs to a merchant, its people's phones end no wait. */
  async function awaitedStaff(db: Queryable): Promise<readonly StaffPhone[]> {
    const { phones, unknown } = await findAwaitedStaff(db, shopTables);
    nameTrouble(unknown);
    return phones;
  }

  /** A row with an open delivery may have got another number: what waits on it is over then. */
  async function settleOpen(): Promise<void> {
    const respelled = await inTransaction(pool, (db) => findRespelled(db, shopTables), QUERY_TIMEOUT_MS);
    for (const waybillId of respelled) {
      try {
        await inTransaction(pool, (db) => settleRow(db, deps, waybillId));
      } catch (error) {
        log.warn(
          { err: error, waybillId },
          'a row with another number was not looked at; the next sweep tries again',
        );
      }
    }
  }

  /** A waybill may have got its order in a second row, under another name of its carrier: what waits on it is due then. */
  async function joinWaiting(): Promise<void> {
    let after: WaitCursor | null = null;
    do {
      const find = (db: Queryable) => findOrdersNearWaits(db, shopTables, after);
      const { near, next } = await inTransaction(pool, find, QUERY_TIMEOUT_MS);
      const second = near.filter((row) => mayBeSecondRow(row, carriers));
      for (const of of new Map(second.map((row) => [row.of.id, row.of])).values()) await join(of);
      after = next;
    } while (after !== null);
  }

  async function join(of: NearWaybill['of']): Promise<void> {
    try {
      await inTransaction(pool, (db) => joinUnderNumber(db, deps, of));
    } catch (error) {
      const words = 'a waybill that stands twice was not joined; the next sweep tries again';
      log.warn({ err: error, waybillId: of.id }, words);
    }
  }

  /** Of a row that another had the number before nobody would hear until the next scan. */
  async function startLate(): Promise<void> {
    const find = (db: Queryable) => findLateRows(db, shopTables, carriers);
    try {
      await fewAtOnce(await inTransaction(pool, find, QUERY_TIMEOUT_MS), AT_ONCE, startFor);
    } catch (error) {
      const words =
        'not all rows that got the number of a parcel later are told of; the next sweep tries again';
      log.warn({ err: error }, words);
    }
  }

  async function startFor({ id, told: { workflowId, waybillId, update } }: LateRow): Promise<void> {
    await deliveries.startForRow(firstWorkflowId(workflowId, waybillId), { update, waybillId: id });
  }

  async function wakeOrClose(wait: DueWait): Promise<void> {
    if ((await wake(wait)) === 'gone') await close(wait.workflowId);
  }

  /**
   * One that was terminated between two waits has no wait that could become due. What Temporal has lost, and nobody
   * has ended, stays open: the ledger names it, and a retry carries it on.
   */
  async function closeAbandoned(): Promise<void> {
    const underWay = await inTransaction(pool, (db) => pickUnderWay(db, MOST_LOOKED_UP), QUERY_TIMEOUT_MS);
    await fewAtOnce(await pickEnded(underWay), AT_ONCE, close);
  }

  /** What a trigger of the shop has asked for, what was asked for while Temporal was away, and what was ended from outside. */
  async function startErasures(): Promise<void> {
    const unfinished = await inTransaction(pool, (db) => listUnfinished(db, MOST_ERASURES));
    await fewAtOnce(unfinished, AT_ONCE, (id) => deliveries.startErasure(id));
  }

  /** A delivery that an operator terminated cannot close its own rows: without this they stay open for ever. */
  async function close(workflowId: string): Promise<void> {
    log.warn({ workflowId }, 'an open delivery has no open workflow: closed as failed');
    await endUnsent({ workflowId, sendStatus: 'failed', reason: 'ended-outside' });
  }
}
