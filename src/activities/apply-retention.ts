import { heartbeat } from '@temporalio/activity';
import { deleteOldAudit } from '../database/audit';
import { deleteOldMarks } from '../database/erasure-marks';
import { deleteOldErasures } from '../database/erasures';
import { deleteMemories, foldParcels, listOldParcels, reduceMemories } from '../database/parcel-memories';
import type { UpdateCursor } from '../database/parcel-memories';
import { deleteEndedPickupCodes, deleteOldPickupCodes } from '../database/pickup-codes';
import { inTransaction, type Queryable } from '../database/pool';
import {
  blankNotifications,
  deleteCorrections,
  deleteNotifications,
  deleteRefusals,
  deleteSpans,
  emptyImports,
  moveLedgerFloor,
} from '../database/retention';
import { deleteOldTexts } from '../database/text-retention';
import {
  deleteWebhooksBefore,
  deleteWebhooksUpTo,
  emptyWebhooksBefore,
  findLastBeyond,
} from '../database/webhook-archive';
import type { ActivityDeps } from './deps';
import { emptyUpdateTexts, moveScanTexts } from './move-old-texts';

/** Nobody waits for a batch, and the first ones of an old shop find cold pages; milliseconds. */
const STATEMENT_MS = 20_000;
/** Reads the size of every archived webhook; milliseconds. */
const MEASURE_MS = 120_000;
const DAY_MS = 24 * 60 * 60_000;
const WEBHOOKS = 1_000;

/**
 * Deletes what is older than the settings keep it, batch by batch, each in a transaction of its own: whatever ends it,
 * the next run goes on from there. Returns how many parcels were folded.
 */
export function createApplyRetention({ pool, shopTables, retention }: ActivityDeps) {
  return async function applyRetention(): Promise<number> {
    const { webhooks, deliveries, texts, parcels, audit, refusals, notificationTexts, notifications } =
      retention;
    await untilDone(deleteOldPickupCodes);
    await cleanPickupCodes();
    await cleanArchive();
    await inTransaction(pool, (db) => moveLedgerFloor(db, deliveries));
    const folded = await foldOld(deliveries);
    await untilDone((db) => deleteOldTexts(db, texts));
    // A webhook of the archive may still be sent again by a replay.
    const remembered = Math.max(parcels, webhooks);
    await untilDone((db) => reduceMemories(db, remembered));
    await untilDone((db) => emptyImports(db));
    await untilDone((db) => deleteCorrections(db, remembered));
    await untilDone((db) => deleteRefusals(db, refusals));
    await untilDone((db) => deleteSpans(db, refusals));
    await untilDone((db) => deleteOldAudit(db, audit));
    await untilDone((db) => deleteOldErasures(db, audit));
    // Neither a memory that a late scan meets nor a webhook that is replayed is older than its mark.
    await untilDone((db) => deleteOldMarks(db, remembered));
    if (notificationTexts !== null) await untilDone((db) => blankNotifications(db, notificationTexts));
    if (notifications !== null) {
      await untilDone((db) => deleteNotifications(db, notifications));
      await untilDone((db) => deleteMemories(db, Math.max(remembered, notifications)));
    }
    // Last: they make up for earlier releases, and hold up nothing that the settings promise.
    await untilDone((db) => moveScanTexts(db, texts));
    await untilDone((db) => emptyUpdateTexts(db));
    return folded;
  };

  async function cleanArchive(): Promise<void> {
    const { webhooks, webhookBodies, webhookBytes } = retention;
    const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS);
    await untilDone(async (db) => ({
      more: (await deleteWebhooksBefore(db, ago(webhooks), WEBHOOKS)) === WEBHOOKS,
    }));
    await untilDone(async (db) => ({
      more: (await emptyWebhooksBefore(db, ago(webhookBodies), WEBHOOKS)) === WEBHOOKS,
    }));
    const last = await inTransaction(pool, (db) => findLastBeyond(db, webhookBytes), MEASURE_MS);
    heartbeat();
    if (last === null) return;
    await untilDone(async (db) => ({ more: (await deleteWebhooksUpTo(db, last, WEBHOOKS)) === WEBHOOKS }));
  }

  async function cleanPickupCodes(): Promise<void> {
    for (let after: string | null = ''; after !== null;) {
      const from: string = after;
      after = await inTransaction(pool, (db) => deleteEndedPickupCodes(db, from), STATEMENT_MS);
      heartbeat();
    }
  }

  async function foldOld(days: number): Promise<number> {
    let folded = 0;
    let after: UpdateCursor | null = null;
    do {
      after = await inTransaction(
        pool,
        async (db) => {
          const { waybillIds, next } = await listOldParcels(db, days, after);
          if (waybillIds.length > 0) folded += await foldParcels(db, shopTables, waybillIds, days);
          return next;
        },
        STATEMENT_MS,
      );
      heartbeat(folded);
    } while (after !== null);
    return folded;
  }

  async function untilDone(work: (db: Queryable) => Promise<{ readonly more: boolean }>): Promise<void> {
    for (let more = true; more;) {
      ({ more } = await inTransaction(pool, work, STATEMENT_MS));
      heartbeat();
    }
  }
}
