import { heartbeat } from '@temporalio/activity';
import {
  deleteMessages,
  eraseDevices,
  eraseWaits,
  selectMessages,
  type ErasedBatch,
} from '../database/erase-person';
import { eraseParcels, selectDeliveriesOf } from '../database/erase-parcels';
import { markParcels, markUser } from '../database/erasure-marks';
import {
  listErasureParcels,
  notePassed,
  selectErasureParcels,
  type ErasureParcel,
} from '../database/erasure-parcels';
import * as erasures from '../database/erasures';
import { inTransaction, type Queryable } from '../database/pool';
import type { ErasedCounts, ErasureSubject } from '../shipment/erasure';
import type { ActivityDeps } from './deps';
import { createEraseAudit } from './erase-audit';
import { createEraseBodies } from './erase-bodies';
import { findRemains } from '../deliveries/erasure-remains';

/** Parcels of one batch, each with some deliveries and webhooks: a second of work. */
const PARCELS = 50;
/** Nobody waits for a batch; milliseconds. */
const STATEMENT_MS = 20_000;
/** Reads whole tables of the shop where it has no index over its buyers; milliseconds. */
const LISTING_MS = 120_000;

export interface ErasePassInput {
  readonly erasureId: string;
  readonly pass: number;
}

/**
 * Goes once through all that is kept about whom or what an erasure names, batch by batch, each in a transaction of its
 * own: whatever ends it, the next try goes on from there. First the marks, so that what comes in meanwhile is told to
 * nobody and written without words; then the phones, so that no push reaches them; then the rest.
 */
export function createErasePass(deps: ActivityDeps) {
  const { pool, shopTables, deliveries } = deps;
  const eraseBodies = createEraseBodies(deps);
  const eraseAudit = createEraseAudit(deps);
  return async function erasePass({ erasureId, pass }: ErasePassInput): Promise<void> {
    const erasure = await inTransaction(pool, (db) => erasures.findErasure(db, erasureId));
    const subject = erasure?.subject;
    if (subject == null) return;
    await list(erasureId, subject);
    if (subject.kind === 'user') await erasePerson(erasureId, subject.id);
    for (;;) {
      const parcels = await inTransaction(pool, (db) => selectErasureParcels(db, erasureId, pass, PARCELS));
      if (parcels.length === 0) break;
      await eraseBatch(erasureId, pass, parcels);
      heartbeat();
    }
    await eraseAudit(erasureId, subject.id);
  };

  async function list(erasureId: string, subject: ErasureSubject): Promise<void> {
    await inTransaction(pool, (db) => erasures.noteStarted(db, erasureId));
    await inTransaction(
      pool,
      async (db) => {
        if (subject.kind === 'user') await markUser(db, subject.id);
        const count = await listErasureParcels(db, deps, erasureId, subject);
        await erasures.noteListed(db, erasureId, count);
      },
      LISTING_MS,
    );
    heartbeat();
  }

  async function erasePerson(erasureId: string, userId: string): Promise<void> {
    await untilDone(erasureId, (db) => eraseDevices(db, shopTables, userId));
    await untilDone(erasureId, async (db) => ({
      counts: { waits: await eraseWaits(db, userId) },
      more: false,
    }));
    for (;;) {
      const messages = await inTransaction(
        pool,
        (db) => selectMessages(db, shopTables, userId),
        STATEMENT_MS,
      );
      if (messages.length === 0) return;
      const workflowIds = [...new Set(messages.map(({ workflowId }) => workflowId))];
      // Before the rows go: nothing else knows these deliveries where the parcel is another's by now.
      const count = await deliveries.eraseHistories({ workflowIds, endedOnly: true });
      await write(erasureId, async (db) => ({
        ...(await deleteMessages(
          db,
          messages.map(({ messageId }) => messageId),
        )),
        histories: count,
      }));
      heartbeat();
    }
  }

  async function eraseBatch(
    erasureId: string,
    pass: number,
    parcels: readonly ErasureParcel[],
  ): Promise<void> {
    const trackingNos = [...new Set(parcels.map(({ trackingNo }) => trackingNo))];
    await inTransaction(pool, (db) => markParcels(db, parcels), STATEMENT_MS);
    const workflowIds = await inTransaction(pool, (db) => selectDeliveriesOf(db, parcels), STATEMENT_MS);
    const count = await deliveries.eraseHistories({ workflowIds, trackingNos });
    await eraseBodies(erasureId, workflowIds);
    await write(erasureId, async (db) => {
      const counts = await eraseParcels(db, parcels);
      await notePassed(
        db,
        erasureId,
        pass,
        parcels.map(({ waybillId }) => waybillId),
      );
      return { ...counts, histories: count };
    });
  }

  async function untilDone(erasureId: string, work: (db: Queryable) => Promise<ErasedBatch>): Promise<void> {
    for (let more = true; more;) {
      await write(erasureId, async (db) => {
        const batch = await work(db);
        ({ more } = batch);
        return batch.counts;
      });
      heartbeat();
    }
  }

  /** What went is counted in the transaction in which it goes. */
  async function write(erasureId: string, work: (db: Queryable) => Promise<ErasedCounts>): Promise<void> {
    await inTransaction(pool, async (db) => erasures.addErased(db, erasureId, await work(db)), STATEMENT_MS);
  }
}

export interface FinishErasureInput {
  readonly erasureId: string;
}

/** Writes down what is left, and forgets whom or what it was about. */
export function createFinishErasure(deps: ActivityDeps) {
  const { pool } = deps;
  return async function finishErasure({
    erasureId,
  }: FinishErasureInput): Promise<{ readonly erased: ErasedCounts }> {
    const erasure = await inTransaction(pool, (db) => erasures.findErasure(db, erasureId));
    if (erasure?.subject != null) {
      const remains = await findRemains(deps, erasure, heartbeat);
      await inTransaction(pool, (db) => erasures.finishErasure(db, erasureId, remains), STATEMENT_MS);
    }
    const done = await inTransaction(pool, (db) => erasures.findErasure(db, erasureId));
    return { erased: done?.erased ?? {} };
  };
}
