import type pg from 'pg';
import type { ShopTables } from '../config/config';
import {
  endQueueRows,
  insertQueueImport,
  lockQueuePage,
  markImportStarted,
  selectUnstartedImports,
  type QueueColumns,
  type QueueImport,
  type QueueRow,
} from '../database/old-queue';
import { inTransaction } from '../database/pool';
import { BEFORE_ALL, textsOf, writeScanTexts } from '../database/scan-texts';
import { splitTexts } from '../deliveries/split-texts';
import type { StartedDelivery } from '../deliveries/start';
import { maskText } from '../shipment/masking/mask-text';
import { readStatus, type ShipmentStatus, type StatusMap } from '../shipment/status';
import type { ShipmentEvent, ShipmentUpdate } from '../shipment/update';
import { carrierField, maskedLine, trackingNoField } from '../sources/reading/text';
import { deliveryOf, type Delivery, type ReadDelivery } from '../deliveries/workflow-id';

/** Longest text of a scan; characters. */
const MAX_TEXT = 500;

export interface QueueRefusal {
  readonly id: string;
  readonly reason: string;
}

/** What the open rows of one waybill become: one update of those that can be told, and why the others cannot. */
export interface QueueReading {
  readonly update?: ShipmentUpdate;
  /** Rows that are in it. */
  readonly queueIds: readonly string[];
  readonly refused: readonly QueueRefusal[];
}

interface QueueRules {
  readonly statusMap: StatusMap;
  /** Of waybills whose row names none. */
  readonly carrier?: string;
}

/** Reads all open rows of one waybill. People hear of the newest status, once, as from a first webhook of an old parcel. */
function readQueueRows(rows: readonly QueueRow[], { statusMap, carrier }: QueueRules): QueueReading {
  const [first] = rows;
  if (first === undefined) return { queueIds: [], refused: [] };
  const refuseAll = (reason: string): QueueReading => ({
    queueIds: [],
    refused: rows.map(({ id }) => ({ id, reason })),
  });
  const parcel = readParcel(first, carrier);
  if (typeof parcel === 'string') return refuseAll(parcel);
  const { trackingNo } = parcel;

  const refused: QueueRefusal[] = [];
  const events: ShipmentEvent[] = [];
  const queueIds: string[] = [];
  for (const row of rows) {
    const event = readRow(row, trackingNo, statusMap);
    if (typeof event === 'string') refused.push({ id: row.id, reason: event });
    else {
      events.push(event);
      queueIds.push(row.id);
    }
  }
  if (events.length === 0) return { queueIds, refused };
  const toldBefore = lastReadable(first.told, statusMap);
  const update = { source: OLD_QUEUE, ...parcel, events, toldBefore };
  return { update, queueIds, refused };
}

/** What deliveries from the old queue name as their source. */
export const OLD_QUEUE = 'notify-queue';

/** @returns what a row is about, or why that is no parcel */
export function readParcel(
  { waybillId, carrier, trackingNo }: Pick<QueueRow, 'waybillId' | 'carrier' | 'trackingNo'>,
  otherwise: string | undefined,
): { readonly carrier: string; readonly trackingNo: string } | string {
  if (trackingNo === null) return `there is no waybill ${waybillId} with a number`;
  const named = carrierField.safeParse(carrier ?? otherwise);
  if (!named.success) return `waybill ${waybillId} names no carrier: --carrier says which`;
  const number = trackingNoField.safeParse(trackingNo);
  if (!number.success) return `the number ${trackingNo} is not that of a waybill`;
  return { carrier: named.data, trackingNo: number.data };
}

/** @returns why the row cannot be told, if it cannot */
function readRow(row: QueueRow, trackingNo: string, statusMap: StatusMap): ShipmentEvent | string {
  if (row.notified) return 'the old worker wrote its notification already: the old consumer sends it';
  return readScan(row, trackingNo, statusMap);
}

/** @returns why the row is no scan, if it is none */
export function readScan(
  row: Pick<QueueRow, 'id' | 'time' | 'status' | 'text'>,
  trackingNo: string,
  statusMap: StatusMap,
): ShipmentEvent | string {
  if (row.time === null) return 'it has no time';
  const word = row.status ?? '';
  const status = readStatus(word, statusMap);
  if (status === null)
    return `its status ${JSON.stringify(word)} is not known: STATUS_MAP says what it means`;
  return {
    key: `notify-queue:${row.id}`,
    time: row.time,
    status,
    rawStatus: maskText(word, trackingNo),
    text: maskedLine(row.text ?? '', MAX_TEXT, trackingNo),
  };
}

function lastReadable(words: readonly string[], statusMap: StatusMap): ShipmentStatus | null {
  for (const word of words) {
    const status = readStatus(word, statusMap);
    if (status !== null) return status;
  }
  return null;
}

/** Waybills per page; each page reads the old notifications once. */
const PAGE = 1_000;
/** Deliveries that are started at once: enough for hundreds per second, few enough to leave room for carriers. */
const AT_ONCE = 16;
/** A page reads a table of the shop that may hold millions of rows; nobody waits for it. */
const PAGE_TIMEOUT_MS = 60_000;

/** What an import found and did so far. */
export interface ImportTally {
  /** Open rows that were looked at. */
  readonly rows: number;
  readonly deliveries: number;
  /** Deliveries started; in a dry run, none. */
  readonly started: number;
  /** Deliveries that Temporal knows already. */
  readonly known: number;
  /** Rows that stay in the queue as they are, with the reason. Of the last page only. */
  readonly refused: readonly QueueRefusal[];
}

export interface ImportParts {
  readonly pool: pg.Pool;
  readonly shopTables: ShopTables;
  readonly columns: QueueColumns;
  readonly rules: QueueRules;
  /** How long texts of scans are kept; days. */
  readonly textDays: number;
  /** Absent in a dry run. */
  readonly start?: (delivery: Delivery) => Promise<StartedDelivery>;
}

/**
 * Turns the open rows of the old queue into deliveries, one for each waybill. A page is claimed, out of the queue and
 * into a note of its deliveries, in one transaction and started after it, so that neither the old worker nor a second
 * import claims a row again, and an import that was interrupted first starts what it had claimed.
 * @yields the tally after each page
 */
export async function* importQueue(parts: ImportParts): AsyncGenerator<ImportTally> {
  const { start } = parts;
  let tally: ImportTally = { rows: 0, deliveries: 0, started: 0, known: 0, refused: [] };
  if (start) tally = await startClaimed(parts, start, tally);
  yield tally;
  let after = '';
  for (;;) {
    const page = await claimPage(parts, after);
    if (page.rows.length === 0) return;
    after = page.rows.at(-1)?.waybillId ?? after;
    tally = {
      ...tally,
      rows: tally.rows + page.rows.length,
      deliveries: tally.deliveries + page.imports.length,
      refused: page.refused,
    };
    if (start) tally = await startClaimed(parts, start, tally);
    yield tally;
  }
}

interface ClaimedPage {
  readonly rows: readonly QueueRow[];
  readonly imports: readonly (QueueImport & ReadDelivery)[];
  readonly refused: readonly QueueRefusal[];
}

/** Claims the next page; in a dry run only looks at it. */
function claimPage(
  { pool, shopTables, columns, rules, textDays, start }: ImportParts,
  after: string,
): Promise<ClaimedPage> {
  return inTransaction(
    pool,
    async (db) => {
      const rows = await lockQueuePage(db, shopTables, columns, after, PAGE);
      const readings = [...byWaybill(rows).values()].map((own) => readQueueRows(own, rules));
      const imports = readings.flatMap(({ update, queueIds }): ClaimedPage['imports'] =>
        update ? [{ ...deliveryOf(update), queueIds }] : [],
      );
      if (start) {
        for (const each of imports) await insertQueueImport(db, each);
        await writeScanTexts(db, textsOf(imports, new Date()), textDays);
        await endQueueRows(
          db,
          imports.flatMap(({ queueIds }) => queueIds),
        );
      }
      return { rows, imports, refused: readings.flatMap(({ refused }) => refused) };
    },
    PAGE_TIMEOUT_MS,
  );
}

function byWaybill(rows: readonly QueueRow[]): Map<string, QueueRow[]> {
  const waybills = new Map<string, QueueRow[]>();
  for (const row of rows) waybills.set(row.waybillId, [...(waybills.get(row.waybillId) ?? []), row]);
  return waybills;
}

/** Starts all that was claimed and perhaps not started: of this page, and of an import that was interrupted. */
async function startClaimed(
  { pool, textDays }: Pick<ImportParts, 'pool' | 'textDays'>,
  start: (delivery: Delivery) => Promise<StartedDelivery>,
  tally: ImportTally,
): Promise<ImportTally> {
  let { started, known } = tally;
  for (;;) {
    const claimed = await inTransaction(pool, async (db) => {
      const imports = await selectUnstartedImports(db, AT_ONCE);
      // An earlier release claimed them with their texts.
      const split = imports.map(({ workflowId, update }) => ({ workflowId, ...splitTexts(update) }));
      await writeScanTexts(db, textsOf(split, BEFORE_ALL), textDays);
      return split;
    });
    if (claimed.length === 0) return { ...tally, started, known };
    for (const run of await Promise.all(
      claimed.map(({ workflowId, update }) => start({ workflowId, update })),
    )) {
      if (run.runId === undefined) known += 1;
      else started += 1;
      await inTransaction(pool, (db) => markImportStarted(db, run.workflowId));
    }
  }
}
