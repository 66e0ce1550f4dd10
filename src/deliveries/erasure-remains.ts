import type pg from 'pg';
import type { ShopTables } from '../config/config';
import type { Retention } from '../config/retention';
import { countMerchantMessages, selectDeliveriesOf } from '../database/erase-parcels';
import { countPerson } from '../database/erase-person';
import { selectParcelsAfter, type ErasureParcel } from '../database/erasure-parcels';
import type { Erasure } from '../database/erasures';
import { inTransaction, type Queryable } from '../database/pool';
import { detectOrderAccess } from '../database/schema/order-access';
import { selectWebhooksTelling, type NamingWebhook } from '../database/webhook-archive';
import type { ErasureSubject, Remains } from '../shipment/erasure';

const DAY_MS = 24 * 60 * 60_000;
const PARCELS = 200;
/** Webhooks that are named one by one. */
const NAMED = 20;
/** Bodies of one batch of parcels that are looked at. */
const BODIES = 5_000;
/** Nobody waits for a batch; milliseconds. */
const STATEMENT_MS = 20_000;

interface Parts {
  readonly pool: pg.Pool;
  readonly shopTables: ShopTables;
  readonly retention: Retention;
}

/** What is left of parcels. */
export interface LeftOfParcels {
  readonly waybills: number;
  readonly merchantMessages: number;
  readonly bodies: readonly NamingWebhook[];
}

/** Looks what stays of some parcels. @param stays whether the body of a webhook does */
export async function findLeftOfParcels(
  db: Queryable,
  parcels: readonly ErasureParcel[],
  stays: (webhook: NamingWebhook) => boolean,
): Promise<LeftOfParcels> {
  const deliveries = await selectDeliveriesOf(db, parcels);
  const webhooks = await selectWebhooksTelling(db, deliveries, '', BODIES);
  return {
    waybills: parcels.filter(({ waybillId }) => waybillId !== '').length,
    merchantMessages: await countMerchantMessages(db, parcels),
    bodies: webhooks.filter(stays),
  };
}

/** What is left once an erasure has gone through everything. @param beat called now and then */
export async function findRemains(parts: Parts, erasure: Erasure, beat: () => void): Promise<Remains[]> {
  const { pool } = parts;
  const { id, subject, erased } = erasure;
  let waybills = 0;
  let merchantMessages = 0;
  const bodies = new Map<string, NamingWebhook>();
  for (let after: string | null | undefined = null; after !== undefined;) {
    const from: string | null = after;
    const parcels: ErasureParcel[] = await inTransaction(
      pool,
      (db) => selectParcelsAfter(db, id, from, PARCELS),
      STATEMENT_MS,
    );
    const left = await inTransaction(pool, (db) => findLeftOfParcels(db, parcels, () => true), STATEMENT_MS);
    waybills += left.waybills;
    merchantMessages += left.merchantMessages;
    for (const body of left.bodies) bodies.set(body.id, body);
    after = parcels.length < PARCELS ? undefined : parcels.at(-1)?.waybillId;
    beat();
  }
  const left = { waybills, merchantMessages, bodies: [...bodies.values()] };
  return describeRemains(parts, subject, left, (erased.bulk_retries ?? 0) > 0);
}

/** Says what stays, and until when. */
export async function describeRemains(
  { pool, shopTables, retention }: Parts,
  subject: ErasureSubject | null,
  { waybills, merchantMessages, bodies }: LeftOfParcels,
  bulkRetries: boolean,
): Promise<Remains[]> {
  const person =
    subject?.kind === 'user'
      ? await inTransaction(
          pool,
          async (db) => ({
            ...(await countPerson(db, shopTables, subject.id)),
            access: await detectOrderAccess(db, shopTables),
          }),
          STATEMENT_MS,
        )
      : undefined;
  const keptUntil = (from: number): string => new Date(from + retention.webhookBodies * DAY_MS).toISOString();
  const newest = bodies.reduce((latest, { receivedAt }) => Math.max(latest, receivedAt.getTime()), 0);
  const counted = (kind: Remains['kind'], count: number): Remains[] =>
    count === 0 ? [] : [{ kind, count, until: null }];
  const uncounted = (kind: Remains['kind'], until: string | null = null): Remains => ({
    ...{ kind, count: null, until },
  });
  return [
    ...counted('shop-rows', waybills),
    ...counted('parcel-record', waybills),
    ...counted('merchant-messages', merchantMessages),
    ...counted('old-notifications', person?.oldNotifications ?? 0),
    ...(person?.access === 'function' ? [uncounted('orders-unlisted')] : []),
    ...(bodies.length === 0
      ? []
      : [
          {
            ...{ kind: 'shared-webhooks' as const, count: bodies.length, until: keptUntil(newest) },
            names: bodies.slice(0, NAMED).map(({ id }) => id),
          },
        ]),
    uncounted('unread-webhooks', keptUntil(Date.now())),
    ...(bulkRetries ? [uncounted('bulk-retries')] : []),
    uncounted('old-pages'),
  ];
}
