import type { Router } from 'express';
import { countErasable } from '../database/erase-parcels';
import { countPerson, findMissingDeletes } from '../database/erase-person';
import { selectErasedUntil } from '../database/erasure-marks';
import {
  countPassed,
  listErasureParcels,
  selectErasureNames,
  selectParcelsAfter,
} from '../database/erasure-parcels';
import { findErasure, insertErasure } from '../database/erasures';
import { inTransaction, type Queryable } from '../database/pool';
import { numbersOf, tellsOnlyOf } from '../deliveries/erasable-webhook';
import { startErasure as startWorkflow } from '../deliveries/erasure';
import { describeRemains, findLeftOfParcels, type LeftOfParcels } from '../deliveries/erasure-remains';
import { type ErasedCounts, type ErasureSubject, REMAINS, type Remains } from '../shipment/erasure';
import { nameOf } from './access';
import { callerOf } from './auth';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { showErasure, startErasure } from './erasure-operations';
import { HttpProblem } from './http-problem';
import { serve, type Asked } from './operation';
import { fieldInvalid } from './request-input';

/** Parcels of which a dry run counts what would go. */
const LOOKED_AT = 500;
/** Reads whole tables of the shop where it has no index over its buyers; milliseconds. */
const LISTING_MS = 30_000;
/** The second pass ends it. */
const PASSES = 2;
/** Names the list of a dry run, which is rolled back with it. */
const DRY_RUN = 'dry-run';

/** Erases what is kept of somebody. */
export function addErasureRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, config, log } = deps;
  const { shopTables, retention } = config;

  serve(router, startErasure, async ({ body }, response) => {
    const subject = subjectOf(body);
    const ids = { user_id: body.user_id, order_id: body.order_id };
    await inTransaction(pool, requireDeletes);
    if (body.dry_run) {
      const { parcels, lookedAt, counts, left } = await namingField(ids, () => plan(subject));
      const remains = await describeRemains(
        { pool, shopTables, retention },
        subject,
        left,
        (counts.bulk_retries ?? 0) > 0,
      );
      return {
        ...{ ok: true, dry_run: true, erasure_id: null, parcels, looked_at: lookedAt, erased: counts },
        left: inWords(remains),
      };
    }
    const erasureId = await inTransaction(pool, (db) =>
      insertErasure(db, subject, nameOf(callerOf(response))),
    );
    // For speed only: what is written down is found by the sweep.
    await startWorkflow(deps, erasureId).catch((error: unknown) => {
      log.warn({ err: error, erasureId }, 'an erasure was not started; the sweep will do it');
    });
    return {
      ...{ ok: true, dry_run: false, erasure_id: erasureId, parcels: null, looked_at: 0, erased: {} },
      left: inWords([]),
    };
  });

  serve(router, showErasure, async ({ params: { erasure_id: id } }) => {
    const { erasure, passed } = await inTransaction(pool, async (db) => ({
      erasure: await findErasure(db, id),
      passed: await countPassed(db, id, PASSES),
    }));
    if (!erasure)
      throw new HttpProblem('erasure-unknown', `there is no erasure ${id}`, { field: 'erasure_id' });
    const { kind, requestedBy, requestedAt, startedAt, doneAt, parcels, erased, remains } = erasure;
    return {
      ok: true,
      erasure_id: id,
      kind,
      state: doneAt !== null ? 'done' : startedAt !== null ? 'running' : 'asked',
      requested_by: requestedBy,
      requested_at: requestedAt,
      done_at: doneAt,
      parcels,
      parcels_done: doneAt !== null ? (parcels ?? 0) : passed,
      erased,
      left: inWords(remains),
    };
  });

  /** Lists as an erasure does, counts, and takes the list back. */
  async function plan(subject: ErasureSubject): Promise<Plan> {
    return inTransaction(
      pool,
      async (db) => {
        await db.query('savepoint plan');
        const parcels = await listErasureParcels(db, config, DRY_RUN, subject);
        const names = await selectErasureNames(db, DRY_RUN);
        const first = await selectParcelsAfter(db, DRY_RUN, null, LOOKED_AT);
        await db.query('rollback to savepoint plan');
        const marked = await findLeftOfParcels(db, first, () => true);
        const erased = await selectErasedUntil(db, 'number', marked.bodies.flatMap(numbersOf));
        const goes = marked.bodies.filter((body) =>
          tellsOnlyOf(body, (number) => names.has(number) || erased.has(number)),
        );
        const person = subject.kind === 'user' ? await countPerson(db, shopTables, subject.id) : undefined;
        const ofParcels = await countErasable(db, first);
        const counts: ErasedCounts = {
          ...ofParcels,
          ...(person && {
            devices: person.devices,
            // At least: which of them are of these parcels too is not looked at.
            notifications: Math.max(person.notifications, ofParcels.notifications ?? 0),
          }),
          webhook_bodies: goes.length,
        };
        return {
          ...{ parcels, lookedAt: first.length },
          counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
          left: { ...marked, bodies: marked.bodies.filter((body) => !goes.includes(body)) },
        };
      },
      LISTING_MS,
    );
  }
}

interface Plan {
  readonly parcels: number;
  readonly lookedAt: number;
  readonly counts: ErasedCounts;
  readonly left: LeftOfParcels;
}

function subjectOf(body: Asked<typeof startErasure>['body']): ErasureSubject {
  const { user_id: userId, order_id: orderId, tracking_no: trackingNo, carrier } = body;
  const given = [userId, orderId, trackingNo].filter((id) => id !== undefined);
  if (given.length !== 1) throw fieldInvalid('user_id', 'give one of user_id, order_id and tracking_no');
  if (carrier !== undefined && trackingNo === undefined)
    throw fieldInvalid('carrier', 'belongs to a tracking_no');
  if (userId !== undefined) return { kind: 'user', id: userId };
  if (orderId !== undefined) return { kind: 'order', id: orderId };
  return { kind: 'waybill', id: trackingNo ?? '', ...(carrier !== undefined && { carrier }) };
}

/** @throws {HttpProblem} before anything is begun that the role could not end */
async function requireDeletes(db: Queryable): Promise<void> {
  const missing = await findMissingDeletes(db);
  if (missing.length === 0) return;
  throw new HttpProblem(
    'database-permission',
    `the database role lacks DELETE on ${missing.join(' and ')}: run waybell migrate --worker again, or grant it`,
  );
}

function inWords(remains: readonly Remains[]) {
  return remains.map(({ kind, count, until, names = [] }) => ({
    ...{ kind, words: REMAINS[kind].en, count, until, names: [...names] },
  }));
}
