import type pg from 'pg';
import type { ShopTables } from '../config/config';
import { type HistoryRow, type QueueColumns, selectHistoryPage } from '../database/old-queue';
import { insertEvents } from '../database/parcel-events';
import { inTransaction, type Queryable } from '../database/pool';
import { textsOf, writeScanTexts } from '../database/scan-texts';
import { insertUpdate, isDecided, writeUpdateState } from '../database/updates';
import { lockNumber } from '../database/waybills';
import { deliveryOf } from '../deliveries/workflow-id';
import { assignInstances } from '../shipment/parcel-instance';
import type { ShipmentStatus, StatusMap } from '../shipment/status';
import type { ShipmentEvent } from '../shipment/update';
import { OLD_QUEUE, readParcel, readScan } from './import-queue';

/** Waybills per page. */
const PAGE = 500;
/** A page reads a table of the shop that may hold millions of rows; nobody waits for it. */
const PAGE_TIMEOUT_MS = 60_000;

/** What an import of history found and did so far. */
export interface HistoryTally {
  readonly rows: number;
  /** Parcels whose scans are stored now; in a dry run, would be. */
  readonly stored: number;
  /** Parcels that Waybell has decided about already. */
  readonly known: number;
  /** Rows that are left out, with the reason. Of the last page only. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

export interface HistoryParts {
  readonly pool: pg.Pool;
  readonly shopTables: ShopTables;
  readonly columns: QueueColumns;
  readonly statusMap: StatusMap;
  /** Of waybills whose row names none. */
  readonly carrier?: string;
  readonly before: Date;
  /** How long texts of scans are kept; days. */
  readonly textDays: number;
  readonly dryRun: boolean;
}

/**
 * Stores what the old worker was done with, as scans and as what people were told of each parcel, and tells nobody:
 * no delivery starts. A parcel that Waybell has decided about is left as it is, so a second import does nothing.
 * @yields the tally after each page
 */
export async function* importHistory(parts: HistoryParts): AsyncGenerator<HistoryTally> {
  const { pool, shopTables, columns, before } = parts;
  let tally: HistoryTally = { rows: 0, stored: 0, known: 0, refused: [] };
  let after = '';
  for (;;) {
    const rows = await inTransaction(
      pool,
      (db) => selectHistoryPage(db, shopTables, columns, { before, after, limit: PAGE }),
      PAGE_TIMEOUT_MS,
    );
    if (rows.length === 0) return;
    after = rows.at(-1)?.waybillId ?? after;
    const refused: HistoryTally['refused'][number][] = [];
    let { stored, known } = tally;
    for (const own of byWaybill(rows)) {
      if (own[0].known) known += 1;
      else if (await storeParcel(parts, own, refused)) stored += 1;
    }
    tally = { rows: tally.rows + rows.length, stored, known, refused };
    yield tally;
  }
}

type Parcel = [HistoryRow, ...HistoryRow[]];

function byWaybill(rows: readonly HistoryRow[]): Parcel[] {
  const parcels: Parcel[] = [];
  for (const row of rows) {
    const last = parcels.at(-1);
    if (last?.[0].waybillId === row.waybillId) last.push(row);
    else parcels.push([row]);
  }
  return parcels;
}

/** @returns whether there was anything to store, and it is new */
async function storeParcel(
  { pool, statusMap, carrier, textDays, dryRun }: HistoryParts,
  rows: Parcel,
  refused: { id: string; reason: string }[],
): Promise<boolean> {
  const parcel = readParcel(rows[0], carrier);
  if (typeof parcel === 'string') {
    refused.push(...rows.map(({ id }) => ({ id, reason: parcel })));
    return false;
  }
  const scans: Scan[] = [];
  for (const row of rows) {
    const event = readScan(row, parcel.trackingNo, statusMap);
    if (typeof event === 'string') refused.push({ id: row.id, reason: event });
    else scans.push({ event, told: row.told });
  }
  if (scans.length === 0 || dryRun) return scans.length > 0;
  return inTransaction(pool, (db) => storeScans(db, rows[0].waybillId, parcel, scans, textDays));
}

interface Scan {
  readonly event: ShipmentEvent;
  readonly told: boolean;
}

/** Stores the scans, and for each parcel under the number a decision that is closed: what people were told last. */
async function storeScans(
  db: Queryable,
  waybillId: string,
  parcel: { readonly carrier: string; readonly trackingNo: string },
  scans: readonly Scan[],
  textDays: number,
): Promise<boolean> {
  await lockNumber(db, parcel.trackingNo);
  // A webhook may have come since the page was read.
  if (await isDecided(db, waybillId)) return false;
  const instances = assignInstances(
    null,
    scans.map(({ event }) => event.time),
  );
  for (const instance of [...new Set(instances)].sort((a, b) => a - b)) {
    const own = scans.filter((_, index) => instances[index] === instance);
    const delivery = deliveryOf({ source: OLD_QUEUE, ...parcel, events: own.map(({ event }) => event) });
    const { workflowId, update } = delivery;
    const { events } = update;
    const origin = { waybillId, workflowId, source: OLD_QUEUE, reread: false };
    await insertEvents(
      db,
      origin,
      events.map((event) => ({ ...event, instance })),
    );
    await writeScanTexts(db, textsOf([delivery], new Date()), textDays);
    const status = own.findLast(({ told }) => told)?.event.status ?? null;
    const latestAt =
      events
        .map(({ time }) => time)
        .sort()
        .at(-1) ?? null;
    // Whether it is the carrier of the shop's row is not known here.
    const row = { carrier: null, tracking_no: parcel.trackingNo };
    const decided = { workflowId, runId: '', update, row };
    await insertUpdate(db, decided, decisionOf(waybillId, instance, status), {
      enteredAt: latestAt,
      latestAt,
    });
    if (status !== null)
      await writeUpdateState(db, workflowId, {
        closed: true,
        outcome: 'superseded',
        reason: 'history',
        waitsFor: [],
      });
  }
  return true;
}

function decisionOf(waybillId: string, instance: number, status: ShipmentStatus | null) {
  const shared = { waybillId, instance, status, supersedes: [] };
  if (status === null) return { ...shared, verdict: 'stale' as const, occurrence: 0 };
  // Its time is over: a person's retry is refused, unless it says that it is to be told all the same.
  return { ...shared, verdict: 'announce' as const, occurrence: 1, tellUntil: new Date().toISOString() };
}
