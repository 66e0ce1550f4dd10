import { activityInfo } from '@temporalio/activity';
import {
  countAnnounced,
  insertUpdate,
  reopenUpdate,
  selectOpenDeliveries,
  selectOwnRecord,
  selectStoredDecision,
} from '../database/updates';
import { takeWaybill, writeWaybillStatus, type Waybill } from '../database/waybills';
import { insertEvents, selectNewestParcel, selectParcelEvents } from '../database/parcel-events';
import { recallParcel } from '../database/parcel-memories';
import { inTransaction, type Queryable } from '../database/pool';
import { currentStatus } from '../shipment/current-status';
import { decideAnnouncement, lastTold } from '../shipment/decide-announcement';
import type { Decision } from '../shipment/delivery';
import { assignInstances } from '../shipment/parcel-instance';
import { readStatus } from '../shipment/status';
import type { ShipmentUpdate } from '../shipment/update';
import type { ActivityDeps } from './deps';

export interface PersistWaybillInput {
  readonly workflowId: string;
  readonly update: ShipmentUpdate;
  /** Set when a person restarts a closed delivery: its row is opened again. */
  readonly reopen: boolean;
}

/**
 * Stores the waybill, its new scans and the decision about them in one transaction under the waybill's lock.
 * A repeat of the step returns the stored decision. A second start of a delivery that has ended, after Temporal
 * forgot the first, has nothing to do.
 */
export function createPersistWaybill(deps: ActivityDeps) {
  const { pool, shopTables } = deps;
  return function persistWaybill({ workflowId, update, reopen }: PersistWaybillInput): Promise<Decision> {
    return inTransaction(pool, async (db) => {
      const runId = currentRunId();
      const waybill = await takeWaybill(db, shopTables, update);
      await recallParcel(db, waybill.id);
      const stored = await selectStoredDecision(db, workflowId);
      if (stored && reopen) {
        return { ...stored.decision, lastRound: await reopenUpdate(db, workflowId, runId) };
      }
      if (stored)
        return stored.endedBefore(runId) ? { ...stored.decision, verdict: 'nothing-new' } : stored.decision;
      return decide(db, deps, waybill, { workflowId, runId }, update);
    });
  };
}

interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

function currentRunId(): string {
  return activityInfo().workflowExecution?.runId ?? '';
}

async function decide(
  db: Queryable,
  { shopTables, statusMap }: ActivityDeps,
  waybill: Waybill,
  { workflowId, runId }: Run,
  update: ShipmentUpdate,
): Promise<Decision> {
  const waybillId = waybill.id;
  const parcel = await selectNewestParcel(db, waybillId);
  const instances = assignInstances(
    parcel,
    update.events.map(({ time }) => time),
  );
  const events = update.events.map((event, i) => ({ ...event, instance: instances[i] ?? 1 }));
  const instance = Math.max(parcel?.instance ?? 1, ...instances);
  const added = await insertEvents(db, { waybillId, workflowId, source: update.source }, events);

  const inRow = waybill.status === null ? null : readStatus(waybill.status, statusMap);
  const stored = update.toldBefore === undefined ? inRow : update.toldBefore;
  const current = currentStatus(await selectParcelEvents(db, waybillId, instance));
  const verdict = decideAnnouncement(
    {
      known: added.filter(({ status }) => status !== null).length,
      unknown: added.filter(({ status }) => status === null).length,
    },
    current,
    lastTold(await selectOwnRecord(db, waybillId, instance), stored),
  );
  const announced = verdict === 'announce' && current !== null;
  const decision: Decision = {
    verdict,
    waybillId,
    instance,
    status: current?.status ?? null,
    occurrence: announced ? 1 + (await countAnnounced(db, waybillId, instance, current.status)) : 0,
    supersedes: announced ? await selectOpenDeliveries(db, waybillId) : [],
  };
  await insertUpdate(db, { workflowId, runId, update }, decision, {
    enteredAt: current?.enteredAt ?? null,
    latestAt: current?.latestAt ?? null,
  });
  if (announced) await writeWaybillStatus(db, shopTables, waybillId, current.status);
  return decision;
}
