import type { Router } from 'express';
import { findOrder } from '../database/find-recipients';
import { findOrAddWaybill } from '../database/find-waybill';
import { inTransaction, undoing, type Queryable } from '../database/pool';
import { joinSecondRowsOf } from '../database/second-rows';
import { findWaitsToWake, type WakeReason } from '../database/waits';
import {
  linkWaybill as writeLink,
  lockNumber,
  selectNumberForUpdate,
  type Waybill,
} from '../database/waybills';
import { wakeWaits } from '../deliveries/wake';
import { hasOrder, waybillOfNumber } from '../shipment/choose-waybill';
import { explainNear } from '../shipment/explain-near';
import { joined } from '../shipment/explanation';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { linkParcel } from './waybill-operations';
import { requireOrder, requireNoShadow } from './waybills';

interface Linked {
  readonly waybill: Waybill;
  readonly before: string | null;
  readonly added: boolean;
  /** In a dry run, which deliveries would go on. */
  readonly waiting: number;
}

/** How a person says which order a parcel belongs to, by its number alone. */
export function addLinkRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, config } = deps;
  const { shopTables: tables, carriers } = config;

  serve(router, linkParcel, async ({ params: { tracking_no: trackingNo }, body }) => {
    const { order_id: orderId, carrier, replace, dry_run } = body;
    requireNoShadow(config);
    const { waybill, before, added, waiting } = await namingField({ order_id: orderId }, () =>
      inTransaction(pool, async (db) => {
        const known = await requireOrder(db, tables, { trackingNo, orderId });
        const link = (): Promise<Linked> => linkTo(db, { trackingNo, carrier, orderId: known, replace });
        return dry_run ? undoing(db, link) : link();
      }),
    );
    const woken = dry_run ? waiting : await wakeWaits(deps, reasonOf(waybill));
    return { ok: true, dry_run, waybill, added, order_before: before, woken };
  });

  async function linkTo(
    db: Queryable,
    asked: { trackingNo: string; carrier: string | undefined; orderId: string; replace: boolean },
  ): Promise<Linked> {
    const { trackingNo, orderId, replace } = asked;
    await lockNumber(db, trackingNo);
    const rows = await selectNumberForUpdate(db, tables, trackingNo, asked.carrier ?? '');
    const row =
      asked.carrier === undefined
        ? requireOne(rows, trackingNo)
        : await findOrAddWaybill(db, config, { carrier: asked.carrier, trackingNo });
    const before = hasOrder(row) ? row.order_id : null;
    const isOther = before !== null && before !== orderId;
    // A link to an order that nobody has protects nobody.
    if (isOther && !replace && (await findOrder(db, tables, row.id)) !== null) {
      throw new HttpProblem(
        'order-linked',
        {
          en: `the parcel has order ${before}; with replace it gets ${orderId}`,
          zh: `该包裹已有订单 ${before}；选择替换（replace）后改为 ${orderId}`,
        },
        {
          field: 'replace',
        },
      );
    }
    const waybill = await writeLink(db, tables, row.id, orderId);
    await joinSecondRowsOf(db, config, row.id);
    const waiting = (await findWaitsToWake(db, reasonOf(waybill))).length;
    return { waybill, before, added: !rows.some(({ id }) => id === row.id), waiting };
  }

  function requireOne(rows: readonly Waybill[], trackingNo: string): Waybill {
    const found = waybillOfNumber(rows, carriers);
    if (found === 'none') {
      throw new HttpProblem(
        'waybill-unknown',
        {
          en: `nobody has heard of ${trackingNo}; with carrier it is added`,
          zh: `没有人听说过单号 ${trackingNo}；写明快递公司（carrier）就会添加`,
        },
        {
          field: 'carrier',
        },
      );
    }
    if (found === 'several') {
      const which = joined({ en: 'say carrier.', zh: '请写明快递公司（carrier）。' }, explainNear(rows));
      throw new HttpProblem('waybill-ambiguous', which, { field: 'carrier' });
    }
    return found;
  }
}

const reasonOf = ({ id }: Waybill): WakeReason => ({ kind: 'order', waybillId: id });
