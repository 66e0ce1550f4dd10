import { pickUnderWay } from '../database/attention';
import { noteSweep, claimDueWaits, type DueWait } from '../database/due-waits';
import { listUnfinished } from '../database/erasures';
import { fewAtOnce } from '../few-at-once';
import { findOrdersNearWaits } from '../database/near-waybills';
import { findAwaitedStaff, type StaffPhone } from '../database/members';
import { inTransaction, type Queryable } from '../database/pool';
import { isSecondRow, joinSecondRowsOf } from '../database/second-rows';
import type { ActivityDeps } from './deps';
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
 * closes what was ended from outside, whether it waited or was at work. Starts what was asked to be erased.
 */
export function createWakeDueWaits(deps: ActivityDeps) {
  const { pool, shopTables, carriers, wake, pickEnded, deliveries, log } = deps;
  const endUnsent = createEndUnsent(deps);
  const nameTrouble = createMembersTrouble(deps);
  return async function wakeDueWaits(): Promise<number> {
    await joinWaiting();
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
  };

  /** While it is not known who belongs to merchants, their people's phones end no wait. */
  async function awaitedStaff(db: Queryable): Promise<readonly StaffPhone[]> {
    const staff = await findAwaitedStaff(db, shopTables);
    if (staff.kind === 'known') return staff.value;
    nameTrouble(staff);
    return [];
  }

  /** A waybill may have got its order in a second row, under another name of its carrier: what waits on it is due then. */
  async function joinWaiting(): Promise<void> {
    const near = await inTransaction(pool, (db) => findOrdersNearWaits(db, shopTables), QUERY_TIMEOUT_MS);
    const second = near.filter((row) => isSecondRow(row, carriers)).map(({ of }) => of.id);
    for (const waybillId of new Set(second)) {
      try {
        await inTransaction(pool, (db) => joinSecondRowsOf(db, deps, waybillId));
      } catch (error) {
        log.warn(
          { err: error, waybillId },
          'a waybill that stands twice was not joined; the next sweep tries again',
        );
      }
    }
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
