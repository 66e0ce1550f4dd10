import { inTransaction } from '../../database/pool';
import { sampleWaybills } from '../../database/shop-carriers';
import { listSharedNumbers, selectSharingRows } from '../../database/shared-numbers';
import {
  CONTRADICTION_WORDS,
  CONTRADICTIONS,
  findContradictions,
  nameRows,
} from '../../shipment/contradicting-rows';
import { joined } from '../../shipment/explanation';
import { ok, warning, type Check } from '../check';

/** Reads some megabytes of a table of the shop; milliseconds. */
const LOOK_TIMEOUT_MS = 8_000;
/** More are not read. */
const MOST_SHOWN = 10;

/** Rows of the shop with one number: several orders may lie in one parcel, and some rows cannot all be right. */
export const sharedNumbers: Check = {
  name: 'shared numbers',
  async run({ config: { shopTables, carriers }, database }) {
    const { pool } = await database();
    const shared = await inTransaction(
      pool,
      async (db) => {
        const sample = await sampleWaybills(db, shopTables);
        return selectSharingRows(db, shopTables, await listSharedNumbers(db, shopTables, sample));
      },
      LOOK_TIMEOUT_MS,
    );
    const found = [...shared].flatMap(([number, rows]) =>
      findContradictions(rows, carriers).map((one) => ({ ...one, number })),
    );
    if (found.length === 0)
      return [
        ok({
          en: `No rows with one number contradict each other; ${shared.size} numbers have several orders.`,
          zh: `单号相同的行没有互相矛盾的；有 ${shared.size} 个单号带有多个订单。`,
        }),
      ];
    return CONTRADICTIONS.flatMap((code) => {
      const of = found.filter((one) => one.code === code);
      if (of.length === 0) return [];
      const shown = of.slice(0, MOST_SHOWN).map(({ number, rows }) => ({
        en: `${number}: ${nameRows(rows).en}`,
        zh: `${number}：${nameRows(rows).zh}`,
      }));
      const rest = of.length - MOST_SHOWN;
      const more = rest > 0 ? [{ en: `and ${rest} more`, zh: `以及另外 ${rest} 个` }] : [];
      const all = [...shown, ...more];
      const { what, fix } = CONTRADICTION_WORDS[code];
      const list = {
        en: `${all.map(({ en }) => en).join('; ')}.`,
        zh: `${all.map(({ zh }) => zh).join('；')}。`,
      };
      return [warning(joined(what, list), fix)];
    });
  },
};
