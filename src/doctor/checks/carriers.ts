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
    const where = `${schema}.${table}${isWhole ? '' : ' (of which a part was read)'}`;
    const unknown = names.filter(({ name }) => !isKnownCarrier(config.carriers, name));
    return [
      unknown.length === 0
        ? ok(`All ${names.length} names of carriers in ${where} are known.`)
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

function describeUnknown(unknown: readonly UsedName[], where: string): Seen {
  const list = unknown.map(({ name, rows }) => `${JSON.stringify(name)} (${rows} rows)`);
  const [example] = unknown.map(({ name }) => JSON.stringify(name));
  return warning(
    `${where} names carriers that are in no table: ${shown(list, ', ')}. Webhooks that call such a carrier otherwise do not find its waybills.`,
    `Say in CARRIER_MAP which carrier it is: {${example}: "yto"}, or {${example}: ${example}} where everybody calls it so.`,
  );
}

function describeSecond(second: readonly NearWaybill[], where: string): Seen {
  const list = second.map(
    ({ carrier, order_id: order, of }) =>
      `${of.tracking_no} under ${carrier ?? ''} with order ${order ?? ''}, and under ${of.carrier ?? ''} (id ${of.id}) without one`,
  );
  return warning(
    `${second.length} waybill(s) of ${where} stand twice, under two names of one carrier: ${shown(list, '; ')}.`,
    'Nothing has to be done: the row with the order is used. The other may be deleted when nothing of the shop names its id.',
  );
}

function shown(list: readonly string[], separator: string): string {
  const more = list.length - MOST_SHOWN;
  return [...list.slice(0, MOST_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join(separator);
}
