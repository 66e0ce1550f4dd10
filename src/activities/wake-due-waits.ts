import { pickUnderWay } from '../database/attention';
import { noteNotWoken, noteSweep, claimDueWaits, type DueWait } from '../database/due-waits';
import { listUnfinished } from '../database/erasures';
import { fewAtOnce } from '../few-at-once';
import { findLateRows, type LateRow } from '../database/late-rows';
import { findOrdersNearWaits, type NearWaybill, type WaitCursor } from '../database/near-waybills';
import { findAwaitedStaff, type StaffPhone } from '../database/members';
import { inTransaction, type Queryable } from '../database/pool';
import { joinUnderNumber, mayBeSecondRow } from '../database/second-rows';
import { findRespelled, settleRow } from '../database/waybill-numbers';
import { firstWorkflowId } from '../deliveries/workflow-id';
import { attempts } from './attempts';
import type { ActivityDeps } from './deps';
import { eachMinute } from './each-minute';
import { createEndUnsent } from './end-unsent';
import { createMembersTrouble } from './members-trouble';

/** Per minute: a mass registration must not become a burst of pushes that starves fresh parcels. */
const MOST_PER_SWEEP = 500;
/** Joins whole tables of the shop; nobody waits for it, and the next sweep comes in a minute. */
const QUERY_TIMEOUT_MS = 20_000;
/** All steps together; Temporal ends a pass after 50 s. */
const PASS_MS = 45_000;
/** What a step that is slow leaves to each one after it. */
const LEFT_TO_EACH_MS = 4_000;
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
 * Each step, and what it does for one delivery, stands for itself: what fails there is all that is put off.
 * @throws what failed first of the steps, once all were tried
 */
export function createWakeDueWaits(deps: ActivityDeps): (minutes?: number) => Promise<number> {
  const { pool, shopTables, carriers, wake, hasEnded, deliveries, log } = deps;
  const endUnsent = createEndUnsent(deps);
  const nameTrouble = createMembersTrouble(deps);
  return eachMinute(wakeDueWaits);

  async function wakeDueWaits(): Promise<number> {
    const { attempt, end } = attempts(
      log,
      'a step of the sweep failed; the others go on, and it is tried again',
    );
    const endsAt = performance.now() + PASS_MS;
    let woken = 0;
    const wakeDue = async (until: number): Promise<void> => {
      woken = await wakeAll(until);
    };
    const steps = [settleOpen, joinWaiting, startLate, wakeDue, closeAbandoned, startErasures];
    for (const [index, step] of steps.entries()) {
      const left = endsAt - (steps.length - 1 - index) * LEFT_TO_EACH_MS;
      await attempt(() => step(Math.min(performance.now() + QUERY_TIMEOUT_MS, left)));
    }
    end();
    return woken;
  }

  /** Asks for the whole of a step what is to be done. */
  function find<T>(look: (db: Queryable) => Promise<T>, until: number): Promise<T> {
    return inTransaction(pool, look, QUERY_TIMEOUT_MS, until);
  }

  /**
   * Does the work of a step, a few at once: what fails, or comes too late, keeps none of the others from theirs.
   * @param idOf what the log calls it by
   * @returns those that it was not done for
   */
  async function forEach<Item>(
    items: readonly Item[],
    idOf: (item: Item) => object,
    work: (item: Item) => Promise<unknown>,
    until: number,
  ): Promise<Item[]> {
    const undone: Item[] = [];
    await fewAtOnce(items, AT_ONCE, async (item) => {
      try {
        if (performance.now() > until) throw new Error('the time of this step is over');
        await work(item);
      } catch (error) {
        undone.push(item);
        log.warn(
          { err: error, ...idOf(item) },
          'the sweep could not do its work here; the next one tries again',
        );
      }
    });
    return undone;
  }

  /** @returns how many deliveries it has woken, or closed */
  async function wakeAll(until: number): Promise<number> {
    const due = await find(async (db) => {
      const due = await claimDueWaits(db, shopTables, MOST_PER_SWEEP, await awaitedStaff(db));
      await noteSweep(db);
      return due;
    }, until);
    const asleep = await forEach(due, ({ workflowId }) => ({ workflowId }), wakeOrClose, until);
    if (asleep.length > 0) {
      const workflowIds = asleep.map((wait) => wait.workflowId);
      await inTransaction(pool, (db) => noteNotWoken(db, workflowIds));
    }
    const woken = due.length - asleep.length;
    if (woken > 0) log.info({ woken }, 'woke deliveries whose wait is over');
    return woken;
  }

  /** While it is not known who belongs to a merchant, its people's phones end no wait. */
  async function awaitedStaff(db: Queryable): Promise<readonly StaffPhone[]> {
    const { phones, unknown } = await findAwaitedStaff(db, shopTables);
    nameTrouble(unknown);
    return phones;
  }

  /** A row with an open delivery may have got another number: what waits on it is over then. */
  async function settleOpen(until: number): Promise<void> {
    const respelled = await find((db) => findRespelled(db, shopTables), until);
    const settle = (waybillId: string) => inTransaction(pool, (db) => settleRow(db, deps, waybillId));
    await forEach(respelled, (waybillId) => ({ waybillId }), settle, until);
  }

  /** A waybill may have got its order in a second row, under another name of its carrier: what waits on it is due then. */
  async function joinWaiting(until: number): Promise<void> {
    const join = (of: NearWaybill['of']) => inTransaction(pool, (db) => joinUnderNumber(db, deps, of));
    let after: WaitCursor | null = null;
    do {
      const page = (db: Queryable) => findOrdersNearWaits(db, shopTables, after);
      const { near, next } = await find(page, until);
      const second = near.filter((row) => mayBeSecondRow(row, carriers));
      const each = [...new Map(second.map((row) => [row.of.id, row.of])).values()];
      await forEach(each, ({ id }) => ({ waybillId: id }), join, until);
      after = next;
    } while (after !== null);
  }

  /** Of a row that another had the number before nobody would hear until the next scan. */
  async function startLate(until: number): Promise<void> {
    const late = await find((db) => findLateRows(db, shopTables, carriers), until);
    await forEach(late, ({ id }) => ({ waybillId: id }), startFor, until);
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
  async function closeAbandoned(until: number): Promise<void> {
    const underWay = await find((db) => pickUnderWay(db, MOST_LOOKED_UP), until);
    const closeEnded = async (workflowId: string): Promise<void> => {
      if (await hasEnded(workflowId)) await close(workflowId);
    };
    await forEach(underWay, (workflowId) => ({ workflowId }), closeEnded, until);
  }

  /** What a trigger of the shop has asked for, what was asked for while Temporal was away, and what was ended from outside. */
  async function startErasures(until: number): Promise<void> {
    const unfinished = await find((db) => listUnfinished(db, MOST_ERASURES), until);
    const start = (id: string) => deliveries.startErasure(id);
    await forEach(unfinished, (erasureId) => ({ erasureId }), start, until);
  }

  /** A delivery that an operator terminated cannot close its own rows: without this they stay open for ever. */
  async function close(workflowId: string): Promise<void> {
    log.warn({ workflowId }, 'an open delivery has no open workflow: closed as failed');
    await endUnsent({ workflowId, sendStatus: 'failed', reason: 'ended-outside' });
  }
}
