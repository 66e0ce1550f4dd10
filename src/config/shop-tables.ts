import { z } from 'zod';
import { FACT_WORDS, type MappedFact, spelled } from '../shipment/shop-facts';

const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'must be a plain SQL name');

/** As long as any word of a status column. */
const MAX_WORD = 64;

/** A column whose words mean something: its name alone where it holds our words, or with what its own words mean. */
function wordColumn(fact: keyof typeof FACT_WORDS) {
  const meaning = z.enum(FACT_WORDS[fact]).nullable();
  const words = z
    .record(z.string().max(MAX_WORD), meaning)
    .superRefine((map, context) => {
      const meanings = new Map<string, string | null>();
      for (const [word, meant] of Object.entries(map)) {
        const before = meanings.get(spelled(word));
        if (before !== undefined && before !== meant)
          context.addIssue({
            code: 'custom',
            message: `"${word}" is spelled as another word is, and means another thing`,
          });
        meanings.set(spelled(word), meant);
      }
    })
    .transform((map) =>
      Object.fromEntries(Object.entries(map).map(([word, meant]) => [spelled(word), meant])),
    );
  return z
    .union([
      identifier.transform((column) => ({ column, words: {} })),
      z.object({ column: identifier, words: words.default({}) }).strict(),
    ])
    .optional();
}

/** Which persons belong to which merchant, in a table, or by a function that is given a merchant's id as text. */
const members = z.union([
  z
    .object({
      schema: identifier.default('public'),
      table: identifier,
      merchantId: identifier.default('merchant_id'),
      userId: identifier.default('user_id'),
    })
    .strict(),
  z.object({ schema: identifier.default('public'), function: identifier }).strict(),
]);

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
        direction: wordColumn('direction'),
        promisedAt: identifier.optional(),
        shippedAt: identifier.optional(),
        phoneTail: identifier.optional(),
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
        status: wordColumn('orderStatus'),
        kind: wordColumn('orderKind'),
        buyerPush: wordColumn('buyerPush'),
      })
      .strict()
      .prefault({}),
    members: members.optional(),
  })
  .strict();

/** Where the shop's own tables are and what their columns are called. */
export type ShopTables = z.infer<typeof shopTables>;
/** Where the shop says who belongs to a merchant. */
export type MappedMembers = NonNullable<ShopTables['members']>;

/** The facts that the shop's tables hold, one by one. */
export function mappedFacts({ waybills, orders }: ShopTables): MappedFact[] {
  const { direction, promisedAt, shippedAt, phoneTail } = waybills;
  return [
    ...mapped('direction', 'waybills.direction', direction),
    ...mapped('promisedAt', 'waybills.promisedAt', promisedAt),
    ...mapped('shippedAt', 'waybills.shippedAt', shippedAt),
    ...mapped('phoneTail', 'waybills.phoneTail', phoneTail),
    ...mapped('orderStatus', 'orders.status', orders.status),
    ...mapped('orderKind', 'orders.kind', orders.kind),
    ...mapped('buyerPush', 'orders.buyerPush', orders.buyerPush),
  ];
}

function mapped(
  fact: MappedFact['fact'],
  setting: MappedFact['setting'],
  column: string | Pick<MappedFact, 'column' | 'words'> | undefined,
): MappedFact[] {
  if (column === undefined) return [];
  return [{ fact, setting, ...(typeof column === 'string' ? { column, words: {} } : column) }];
}
