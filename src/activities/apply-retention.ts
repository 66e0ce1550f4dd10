import { heartbeat } from '@temporalio/activity';
import { deleteOldAudit } from '../database/audit';
import { deleteOldMarks } from '../database/erasure-marks';
import { deleteOldErasures } from '../database/erasures';
import { deleteEmptiedNumbers, forgetNumbers } from '../database/old-numbers';
import { deleteMemories, foldParcels, listOldParcels, reduceMemories } from '../database/parcel-memories';
import type { UpdateCursor } from '../database/parcel-memories';
import { deleteEndedPickupCodes, deleteOldPickupCodes } from '../database/pickup-codes';
import { inTransaction, type Queryable } from '../database/pool';
import { deleteOldPushTests } from '../database/push-tests';
import {
  blankNotifications,
  deleteCorrections,
  deleteNotifications,
  deleteRefusals,
  deleteSpans,
  emptyImports,
  moveLedgerFloor,
} from '../database/retention';
import { deleteOldChanges } from '../database/status-changes';
import { deleteOldTexts } from '../database/text-retention';
import {
  deleteWebhooksBefore,
  deleteWebhooksUpTo,
  emptyWebhooksBefore,
  findLastBeyond,
} from '../database/webhook-archive';
import { attempts } from './attempts';
import type { ActivityDeps } from './deps';
import { emptyUpdateTexts, moveScanTexts } from './move-old-texts';

/** Nobody waits for a batch, and the first ones of an old shop find cold pages; milliseconds. */
const STATEMENT_MS = 20_000;
/** Reads the size of every archived webhook; milliseconds. */
const MEASURE_MS = 120_000;
const DAY_MS = 24 * 60 * 60_000;
const WEBHOOKS = 1_000;

const STEP_FAILED = 'a part of what is too old was not deleted; the next run tries it again';

/**
 * Deletes what is older than the settings keep it, batch by batch, each in a transaction of its own: whatever ends it,
 * the next run goes on from there; a step that fails does not keep the others from theirs. Returns how many parcels were
 * folded.
 */
export function createApplyRetention({ pool, shopTables, retention, log }: ActivityDeps) {
  return async function applyRetention(): Promise<number> {
    const { webhooks, deliveries, texts, statusChanges, parcels } = retention;
    const { audit, refusals, notificationTexts, notifications } = retention;
    const { attempt, end } = attempts(log, STEP_FAILED);
    await attempt(() => untilDone(deleteOldPickupCodes));
    await attempt(cleanPickupCodes);
    await attempt(cleanArchive);
    let folded = 0;
    await attempt(async () => {
      await inTransaction(pool, (db) => moveLedgerFloor(db, deliveries));
      folded = await foldOld(deliveries);
    });
    // A webhook of the archive may still be sent again by a replay.
    const remembered = Math.max(parcels, webhooks);
    const batches: ((db: Queryable) => Promise<{ readonly more: boolean }>)[] = [
      (db) => deleteOldTexts(db, texts),
      (db) => deleteOldChanges(db, statusChanges),
      (db) => reduceMemories(db, remembered),
      (db) => emptyImports(db),
      (db) => deleteCorrections(db, remembered),
      (db) => forgetNumbers(db, remembered),
      (db) => deleteRefusals(db, refusals),
      (db) => deleteSpans(db, refusals),
      deleteOldPushTests,
      (db) => deleteOldAudit(db, audit),
      (db) => deleteOldErasures(db, audit),
      // Neither a memory that a late scan meets nor a webhook that is replayed is older than its mark.
      (db) => deleteOldMarks(db, remembered),
    ];
    if (notificationTexts !== null) batches.push((db) => blankNotifications(db, notificationTexts));
    if (notifications !== null) {
      batches.push((db) => deleteNotifications(db, notifications));
      const told = Math.max(remembered, notifications);
      batches.push(
        (db) => deleteMemories(db, told),
        (db) => deleteEmptiedNumbers(db, told),
      );
    }
    // Last: they make up for earlier releases, and hold up nothing that the settings promise.
    batches.push((db) => moveScanTexts(db, texts), emptyUpdateTexts);
    for (const batch of batches) await attempt(() => untilDone(batch));
    end();
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
