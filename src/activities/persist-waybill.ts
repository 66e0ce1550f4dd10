import { activityInfo } from '@temporalio/activity';
import {
  endTelling,
  insertUpdate,
  reopenUpdate,
  selectOwnRecord,
  selectStoredDecision,
} from '../database/updates';
import { selectErasedUntil } from '../database/erasure-marks';
import { selectLastRound } from '../database/pushes';
import { findOrAddWaybill } from '../database/find-waybill';
import { writeStatus } from '../database/status-changes';
import { isFormer } from '../database/waybill-numbers';
import type { KnownWaybill } from '../database/waybills';
import {
  insertEvents,
  selectNamedScans,
  selectNewestParcel,
  selectParcelEvents,
} from '../database/parcel-events';
import { recallParcel } from '../database/parcel-memories';
import { deletePickupCodes } from '../database/pickup-codes';
import { inTransaction, leaveToCommit, type Queryable } from '../database/pool';
import { BEFORE_ALL, textsOf, writeScanTexts } from '../database/scan-texts';
import { splitTexts } from '../deliveries/split-texts';
import { isSameWord } from '../deliveries/word-digest';
import { contentOfNamed } from '../deliveries/workflow-id';
import { isAggregator } from '../shipment/choose-waybill';
import { currentStatus } from '../shipment/current-status';
import { decideAnnouncement, lastTold, NEVER_TOLD } from '../shipment/decide-announcement';
import type { Decision } from '../shipment/delivery';
import { isOfErased } from '../shipment/erasure';
import { isTooOld, tellUntil } from '../shipment/news-age';
import { assignInstances, type ParcelSpan } from '../shipment/parcel-instance';
import { endsPickup } from '../shipment/pickup-wait';
import { isNamed, keyOfVersion, type StoredScan } from '../shipment/scan-version';
import { readStatus } from '../shipment/status';
import type { ShipmentUpdate } from '../shipment/update';
import type { ActivityDeps } from './deps';

export interface PersistWaybillInput {
  readonly workflowId: string;
  readonly update: ShipmentUpdate;
  /** The row that it is for, where several have its number with an order. */
  readonly waybillId?: string;
  /** The update came before, and its words mean something else now. */
  readonly reread?: boolean;
  /** Set when a person restarts a closed delivery: its row is opened again. */
  readonly reopen: boolean;
  /** That person wants it told however old it is. */
  readonly force?: boolean;
  /**
   * It goes on with what an earlier run of it has begun. Where that was told to end while its last task was lost, the row
   * is closed already, and is no other delivery's.
   */
  readonly goesOn?: boolean;
}

/**
 * Stores the waybill, its new scans and the decision about them in one transaction under the waybill's lock. What an
 * update of an earlier release still says in words goes where texts are.
 * A repeat of the step returns the stored decision. A second start of a delivery that has ended, after Temporal
 * forgot the first, has nothing to do; one of a delivery that was cancelled or ended from outside does what is undone.
 * What it says otherwise than the first is another version of a scan, and gets the delivery that it would have got had
 * Temporal remembered. Where several rows have the number with an order, each gets a delivery of its own.
 */
export function createPersistWaybill(deps: ActivityDeps) {
  const { pool, deliveries, retention, now = Date.now } = deps;
  return async function persistWaybill(input: PersistWaybillInput): Promise<Decision> {
    const { workflowId, reopen, force = false, waybillId, reread, goesOn = false } = input;
    const { update, texts } = splitTexts(input.update);
    let isOtherVersion = false;
    const decision = await inTransaction<Decision>(pool, async (db) => {
      const runId = currentRunId();
      const isSubscribed = isAggregator(update.source);
      const waybill = await findOrAddWaybill(db, deps, {
        ...{ ...update, isSubscribed, mayBeFormer: true },
        ...(waybillId !== undefined && { waybillId }),
      });
      // One behind the other: what is recalled is read.
      const [, stored, known] = await Promise.all([
        recallParcel(db, waybill.id),
        selectStoredDecision(db, workflowId),
        selectKnown(db, waybill.id, update),
      ]);
      const ended = goesOn ? null : (stored?.endedBefore(runId) ?? null);
      isOtherVersion =
        ended !== null && stored?.update != null && contentOfNamed(stored.update) !== contentOfNamed(update);
      if (stored && (reopen || ended === 'broken-off')) {
        const decision = { ...stored.decision, tooOld: undefined };
        if (!force && isTooOld(decision.tellUntil, now())) return { ...decision, tooOld: true };
        await reopenUpdate(db, workflowId, runId);
        return { ...decision, lastRound: await selectLastRound(db, workflowId) };
      }
      if (stored) return ended === null ? stored.decision : { ...stored.decision, verdict: 'nothing-new' };
      const said = writeScanTexts(db, textsOf([{ update, texts }], BEFORE_ALL), retention.texts);
      const [, decision] = await Promise.all([
        said,
        decide(db, deps, { ...input, update, waybill, known, runId }),
      ]);
      return decision;
    });
    if (isOtherVersion) await deliveries.startVersion(workflowId, update);
    // One that is for a row of its own has been started by the one that is for all.
    if (waybillId === undefined)
      for (const beside of decision.beside ?? [])
        await deliveries.startForRow(workflowId, { update, waybillId: beside, ...(reread && { reread }) });
    return decision;
  };
}

function currentRunId(): string {
  return activityInfo().workflowExecution?.runId ?? '';
}

/** What is known of a waybill before the scans of an update are stored. */
interface KnownBefore {
  readonly parcel: ParcelSpan | null;
  readonly namesakes: ReadonlyMap<string, StoredScan>;
}

async function selectKnown(
  db: Queryable,
  waybillId: string,
  { events }: ShipmentUpdate,
): Promise<KnownBefore> {
  const named = events.map(({ key }) => key).filter(isNamed);
  const [parcel, namesakes] = await Promise.all([
    selectNewestParcel(db, waybillId),
    selectNamedScans(db, waybillId, named),
  ]);
  return { parcel, namesakes };
}

/** An update that is to be stored and weighed. */
interface NewUpdate extends PersistWaybillInput {
  readonly waybill: KnownWaybill;
  readonly known: KnownBefore;
  readonly runId: string;
}

async function decide(
  db: Queryable,
  { shopTables, statusMap, newsAge, shadow = false, now = Date.now }: ActivityDeps,
  {
    waybill,
    known: { parcel, namesakes },
    runId,
    workflowId,
    update,
    reread = false,
    force = false,
  }: NewUpdate,
): Promise<Decision> {
  const waybillId = waybill.id;
  // A word about silence has no time of its own: it is about the newest parcel.
  const scans = update.events.filter(({ status }) => status !== 'expired');
  const first = waybill.noted?.firstInstance ?? 1;
  const instances = assignInstances(
    parcel,
    scans.map(({ time }) => time),
    first,
  );
  const instance = Math.max(parcel?.instance ?? first, ...instances);
  const events = update.events.map((event) => {
    const isSame = (word: string, stored: string): boolean => isSameWord(word, stored, update.trackingNo);
    return {
      ...event,
      key: keyOfVersion(event, namesakes.get(event.key), isSame),
      instance: instances[scans.indexOf(event)] ?? instance,
    };
  });
  const origin = { waybillId, workflowId, source: update.source, reread };
  const [changed, scanned, own, erasedUntil] = await Promise.all([
    insertEvents(db, origin, events),
    selectParcelEvents(db, waybillId, instance),
    selectOwnRecord(db, waybillId, instance),
    selectErasedUntil(db, 'parcel', [waybillId]),
  ]);
  // A word that says nothing any more changes what is known as well.
  const known = changed.filter(({ status, isNew }) => status !== null || !isNew).length;

  // In shadow the other system writes it, mostly a moment before us: what it says of this update says nothing.
  // And where the shop has corrected the number, what the row says is of the number before.
  const saysNothing = waybill.status === null || shadow || first > 1;
  const inRow = saysNothing ? null : readStatus(waybill.status, statusMap);
  const stored = update.toldBefore === undefined ? inRow : update.toldBefore;
  const current = currentStatus(scanned, newsAge.zone);
  const occurrences = (current && own.announced[current.status]) ?? NEVER_TOLD;
  const weighed = decideAnnouncement(
    { known, unknown: changed.length - known },
    current,
    lastTold(own, stored),
    occurrences,
  );
  // What was erased is told to nobody; the shop's own row goes on.
  const isErased = isOfErased(erasedUntil.get(waybillId), update);
  const verdict = isErased && weighed === 'announce' ? 'nothing-new' : weighed;
  const announced = verdict === 'announce' && current !== null;
  // What we told last may have been taken back, by a late scan or by a word that is read anew, and what stands then
  // told before it.
  const takenBack =
    (verdict === 'stale' || current === null) && own.told !== null && own.told !== current?.status;
  const until = announced ? tellUntil(current.status, current.latestAt, newsAge) : undefined;
  const decision: Decision = {
    verdict,
    waybillId,
    instance,
    status: current?.status ?? null,
    occurrence: announced ? occurrences.count + 1 : 0,
    supersedes: announced || takenBack ? own.open : [],
    ...(until !== undefined && { tellUntil: until }),
    ...(!force && isTooOld(until, now()) && { tooOld: true as const }),
    ...(announced && current.unproven && { unproven: true as const }),
    ...(announced && isFormer(waybillId) && { renumbered: true as const }),
    ...(waybill.beside && { beside: waybill.beside }),
  };
  // What waits to be told is not true any more, and nothing newer says so.
  if (takenBack) await endTelling(db, waybillId);
  const seen = { enteredAt: current?.enteredAt ?? null, latestAt: current?.latestAt ?? null };
  const written = [insertUpdate(db, { workflowId, runId, update, row: waybill }, decision, seen)];
  if (current !== null && endsPickup(current.status)) written.push(deletePickupCodes(db, waybillId));
  // A word that is read anew may also bring back what was told last.
  const broughtBack = reread && verdict === 'stale' && own.told !== null;
  const isWritten = weighed === 'announce' || takenBack || broughtBack;
  if (current !== null && isWritten && !shadow && !isFormer(waybillId)) {
    const { carrier, order_id: orderId } = waybill;
    const parcel = {
      waybillId,
      orderId,
      carrier: carrier ?? update.carrier,
      trackingNo: update.trackingNo,
      instance,
    };
    const next = { ...parcel, status: current.status, scannedAt: current.enteredAt };
    const telling = isErased ? 'never' : announced ? 'always' : 'when-new';
    written.push(writeStatus(db, shopTables, next, telling));
  }
  await leaveToCommit(db, written);
  return decision;
}
