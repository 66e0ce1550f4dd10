import { checkFacts } from '../../database/schema/check-facts';
import { findOptionalIndexes } from '../../database/schema/shop-indexes';
import { inTransaction } from '../../database/pool';
import { mappedFacts } from '../../config/shop-tables';
import { ok, warning, type Check } from '../check';

/** Reads some waybills of the shop, and asks its function; milliseconds. */
const LOOK_TIMEOUT_MS = 8_000;

/** What SHOP_TABLES maps beside the two tables. */
export const shopFacts: Check = {
  name: 'shop facts',
  async run({ config: { shopTables }, database }) {
    const mapped = [
      ...mappedFacts(shopTables).map(({ setting }) => setting),
      ...(shopTables.members === undefined ? [] : ['members']),
    ];
    const { pool } = await database();
    const optional = (await findOptionalIndexes(pool, shopTables)).map((sentence) => ok(sentence));
    if (mapped.length === 0)
      return [
        ok({
          en: 'SHOP_TABLES maps no facts of orders and parcels, and none is needed.',
          zh: 'SHOP_TABLES 没有映射订单和包裹的信息，也不需要。',
        }),
        ...optional,
      ];
    const found = await inTransaction(pool, (db) => checkFacts(db, shopTables), LOOK_TIMEOUT_MS);
    if (found.length === 0)
      return [
        ok({
          en: `Understood as far as it was read: ${mapped.join(', ')}.`,
          zh: `读到的部分都能理解：${mapped.join('、')}。`,
        }),
        ...optional,
      ];
    return [...found.map(({ sentence, fix }) => warning(sentence, fix)), ...optional];
  },
};
