import type pg from 'pg';
import { inTransaction } from '../../database/pool';
import {
  findOrderedBesideOrderless,
  listUsedNames,
  sampleWaybills,
  type UsedName,
} from '../../database/shop-carriers';
import { isSecondRow } from '../../database/second-rows';
import type { NearWaybill } from '../../database/near-waybills';
import type { Config } from '../../config/config';
import { isKnownCarrier } from '../../shipment/carriers';
import type { Explanation } from '../../shipment/explanation';
import { ok, warning, type Check, type Seen } from '../check';

/** Reads some megabytes of a table of the shop; milliseconds. */
const LOOK_TIMEOUT_MS = 8_000;
/** More are not read. */
const MOST_SHOWN = 10;

/** What the shop calls its carriers, against the names under which sources tell of them. */
export const carriers: Check = {
  name: 'carriers',
  async run({ config, database }) {
    const { names, second, isWhole } = await look((await database()).pool, config);
    const { schema, table } = config.shopTables.waybills;
    const where = {
      en: `${schema}.${table}${isWhole ? '' : ' (of which a part was read)'}`,
      zh: `${schema}.${table}${isWhole ? '' : '（只读取了一部分）'}`,
    };
    const unknown = names.filter(({ name }) => !isKnownCarrier(config.carriers, name));
    return [
      unknown.length === 0
        ? ok({
            en: `All ${names.length} names of carriers in ${where.en} are known.`,
            zh: `${where.zh} 中的 ${names.length} 个承运商名称全部认识。`,
          })
        : describeUnknown(unknown, where),
      ...(second.length === 0 ? [] : [describeSecond(second, where)]),
    ];
  },
};

interface ShopLook {
  readonly names: readonly UsedName[];
  /** Each names the row that is used, and that of its carrier which has no order. */
  readonly second: readonly NearWaybill[];
  readonly isWhole: boolean;
}

function look(pool: pg.Pool, { shopTables, carriers: known }: Config): Promise<ShopLook> {
  return inTransaction(
    pool,
    async (db) => {
      const sample = await sampleWaybills(db, shopTables);
      const near = await findOrderedBesideOrderless(db, shopTables, sample);
      return {
        names: await listUsedNames(db, shopTables, sample),
        second: near.filter((row) => isSecondRow(row, known)),
        isWhole: sample.isWhole,
      };
    },
    LOOK_TIMEOUT_MS,
  );
}

function describeUnknown(unknown: readonly UsedName[], where: Explanation): Seen {
  const list = unknown.map(({ name, rows }) => ({
    en: `${JSON.stringify(name)} (${rows} rows)`,
    zh: `${JSON.stringify(name)}（${rows} 行）`,
  }));
  const all = shown(list, ', ', '、');
  const [example] = unknown.map(({ name }) => JSON.stringify(name));
  return warning(
    {
      en: `${where.en} names carriers that are in no table: ${all.en}. Webhooks that call such a carrier otherwise do not find its waybills.`,
      zh: `${where.zh} 中有不在任何表里的承运商名称：${all.zh}。用其他名称称呼该承运商的 webhook 找不到它的运单。`,
    },
    {
      en: `Say in CARRIER_MAP which carrier it is: {${example}: "yto"}, or {${example}: ${example}} where everybody calls it so.`,
      zh: `请在 CARRIER_MAP 中说明它是哪个承运商：{${example}: "yto"}；如果大家都这样称呼它，就写 {${example}: ${example}}。`,
    },
  );
}

function describeSecond(second: readonly NearWaybill[], where: Explanation): Seen {
  const list = second.map(({ carrier, order_id: order, of }) => ({
    en: `${of.tracking_no} under ${carrier ?? ''} with order ${order ?? ''}, and under ${of.carrier ?? ''} (id ${of.id}) without one`,
    zh: `${of.tracking_no} 在 ${carrier ?? ''} 名下，带有订单 ${order ?? ''}，又在 ${of.carrier ?? ''} 名下（id ${of.id}），没有订单`,
  }));
  const all = shown(list, '; ', '；');
  return warning(
    {
      en: `${second.length} waybill(s) of ${where.en} stand twice, under two names of one carrier: ${all.en}.`,
      zh: `${where.zh} 中有 ${second.length} 个运单以同一承运商的两个名称出现两次：${all.zh}。`,
    },
    {
      en: 'Nothing has to be done: the row with the order is used. The other may be deleted when nothing of the shop names its id.',
      zh: '不需要做什么：使用带订单的那一行。如果商城没有任何地方引用另一行的 id，可以删除那一行。',
    },
  );
}

function shown(list: readonly Explanation[], separator: string, zhSeparator: string): Explanation {
  const more = list.length - MOST_SHOWN;
  const first = list.slice(0, MOST_SHOWN);
  const rest = more > 0 ? [{ en: `and ${more} more`, zh: `以及另外 ${more} 个` }] : [];
  return {
    en: [...first, ...rest].map(({ en }) => en).join(separator),
    zh: [...first, ...rest].map(({ zh }) => zh).join(zhSeparator),
  };
}
