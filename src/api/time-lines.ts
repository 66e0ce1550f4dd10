import type { Router } from 'express';
import { selectDecisions, selectMessageIds, selectParcels, selectScans } from '../database/time-line';
import { inTransaction } from '../database/pool';
import { howReached, sentenceForCustomer } from '../insight/customer-sentence';
import { explainNotifications } from '../insight/explain';
import type { ApiDependencies } from './dependencies';
import { serve } from './operation';
import { showTimeLine } from './time-line-operations';

/** The time line of a parcel. */
export function addTimeLineRoutes(router: Router, deps: Pick<ApiDependencies, 'pool' | 'config'>): void {
  const { pool, config } = deps;

  serve(router, showTimeLine, async ({ params: { tracking_no: trackingNo } }) => {
    const found = await inTransaction(pool, async (db) => {
      const read = [];
      for (const parcel of await selectParcels(db, config.shopTables, trackingNo)) {
        const decisions = await selectDecisions(db, parcel.id);
        const messageIds = await selectMessageIds(
          db,
          decisions.map(({ workflow_id }) => workflow_id),
        );
        read.push({ parcel, scans: await selectScans(db, parcel), decisions, messageIds });
      }
      return read;
    });
    const parcels = await Promise.all(
      found.map(async ({ parcel: { carrier, tracking_no, order_id }, scans, decisions, messageIds }) => {
        const messages = await explainNotifications(deps, messageIds);
        const told = decisions.find(({ verdict }) => verdict === 'announce');
        const status = told?.status ?? null;
        const facts = {
          ...{ trackingNo: tracking_no, status },
          at: scans.find((scan) => scan.status === status)?.at ?? null,
          reached: howReached(
            messages.find(({ aud, workflow_id }) => aud === 'user' && workflow_id === told?.workflow_id),
          ),
        };
        return {
          ...{ carrier, tracking_no, order_id, scans, decisions, messages },
          for_customer: sentenceForCustomer(facts, config.newsAge.zone),
        };
      }),
    );
    return { ok: true, parcels };
  });
}
