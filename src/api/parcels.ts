import type { Router } from 'express';
import { selectParcels } from '../database/parcels';
import { selectParcelCodes } from '../database/pickup-codes';
import { inTransaction } from '../database/pool';
import { callerOf } from './auth';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { serve } from './operation';
import { openCodes } from './opened-codes';
import { requireOwner } from './owners';
import { pageOf } from './page-cursor';
import { listParcels } from './parcel-operations';

type ParcelParts = Pick<ApiDependencies, 'pool' | 'config' | 'log'>;

/** What an app shows a buyer of the way of their parcels. */
export function addParcelRoutes(router: Router, deps: ParcelParts): void {
  const { pool, config } = deps;
  const { shopTables } = config;
  const codesOf = openCodes(deps);

  serve(router, listParcels, async ({ query }, response) => {
    const { user_id, order_id: orderId, tracking_no: trackingNo, before, limit } = query;
    const caller = callerOf(response);
    const { userId } = await requireOwner(deps, caller, { userId: user_id, merchantId: undefined });
    const buyer = userId as string;
    const asked = { userId: buyer, orderId, trackingNo, before, limit: limit + 1 };
    const [found, sealed] = await namingField({ user_id: buyer }, () =>
      inTransaction(pool, async (db) => {
        const parcels = await selectParcels(db, shopTables, asked);
        // Codes are for that person, who has shown who they are: a key of the shop speaks for anybody.
        const ids = caller.kind === 'person' ? parcels.map(({ waybillId }) => waybillId) : [];
        return [parcels, await selectParcelCodes(db, shopTables, buyer, ids)] as const;
      }),
    );
    response.set('Cache-Control', 'no-store');
    const codes = codesOf(sealed);
    const { page, next } = pageOf(found, limit, ({ waybillId }) => waybillId);
    const parcels = page.map(({ waybillId, ...parcel }) => ({
      ...parcel,
      pickup_codes: codes.get(waybillId) ?? null,
    }));
    return { ok: true, parcels, count: parcels.length, next };
  });
}
