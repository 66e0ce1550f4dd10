import { z } from 'zod';

const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'must be a plain SQL name');

/** The mapping SHOP_TABLES, in the seed's names by default. */
export const shopTables = z
  .object({
    waybills: z
      .object({
        schema: identifier.default('public'),
        table: identifier.default('platform_express_waybills'),
        id: identifier.default('id'),
        carrier: identifier.default('carrier'),
        trackingNo: identifier.default('tracking_no'),
        orderId: identifier.default('order_id'),
        status: identifier.default('status'),
      })
      .strict()
      .prefault({}),
    orders: z
      .object({
        schema: identifier.default('public'),
        table: identifier.default('ml_orders'),
        id: identifier.default('id'),
        userId: identifier.default('user_id'),
        merchantId: identifier.default('merchant_id'),
      })
      .strict()
      .prefault({}),
  })
  .strict();

/** Where the shop's own tables are and what their columns are called. */
export type ShopTables = z.infer<typeof shopTables>;
