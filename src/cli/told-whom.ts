import { ask, RefusedError, type AnswerTo, type Asking } from '../api/ask';
import { listDevices } from '../api/device-operations';
import { listNotifications } from '../api/notification-operations';
import type { Config } from '../config/config';
import { shopNames } from '../database/shop-names';
import type { HttpErrorCode } from '../errors';
import { asShellWord } from '../shipment/shown-text';
import { inTable, toned, type Line } from '../terminal';
import { named, say } from './language';
import { clock } from './moments';
import { nextRow } from './rows';

/** What a name may be that is none of a parcel, a message or a workflow. */
export const ABOUT = ['order', 'person', 'device'] as const;
export type About = (typeof ABOUT)[number];

export type Told = AnswerTo<typeof listNotifications>['notifications'][number];

const FIELD: Readonly<Record<About, 'order_id' | 'recipient_id' | 'cid'>> = {
  order: 'order_id',
  person: 'recipient_id',
  device: 'cid',
};

/** As many as a person reads; the newest. */
const MOST = 50;

/** The messages of an order, to a person or on a phone of that name, what has not reached its people first. */
export async function findTold(config: Config, name: string, about: readonly About[]): Promise<Told[]> {
  const found = await Promise.all(
    about.map((one) => {
      const query: Asking<typeof listNotifications>['query'] = { [FIELD[one]]: name, limit: MOST };
      return ask(config, listNotifications, { query }).then(({ notifications }) => notifications, nothing);
    }),
  );
  const all = new Map(found.flat().map((one) => [one.message_id, one]));
  return [...all.values()].sort(
    (one, other) => rankOf(one) - rankOf(other) || other.created_at.localeCompare(one.created_at),
  );
}

/** What is no id of this shop, or too long for one, names nobody. */
function nothing(error: unknown): never[] {
  if (isRefusedAs(error, 'field-invalid')) return [];
  throw error;
}

const isRefusedAs = (error: unknown, code: HttpErrorCode): boolean =>
  error instanceof RefusedError && error.problem.code === code;

const SETTLED: readonly (string | null)[] = ['success', 'superseded'];
const rankOf = ({ send_status: sent }: Told): number => (SETTLED.includes(sent) ? 1 : 0);

/** A line for each, and how to see one in full. */
export function toldInTable(told: readonly Told[]): Line[] {
  const cells = told.map((one) => [
    clock(one.created_at),
    [one.carrier, one.tracking_no].filter(Boolean).join(' '),
    one.status === null ? '' : named('status', one.status),
    [one.aud === null ? '' : named('audience', one.aud), one.recipient_id].filter(Boolean).join(' '),
    one.order_id ?? '',
    [one.send_status === null ? '' : named('outcome', one.send_status), one.last_error]
      .filter(Boolean)
      .join(': '),
  ]);
  const heads = [
    { en: 'made', zh: '生成于' },
    { en: 'parcel', zh: '包裹' },
    { en: 'status', zh: '状态' },
    { en: 'to', zh: '收件人' },
    { en: 'order', zh: '订单' },
    { en: 'sent', zh: '结果' },
  ].map(say);
  const [first] = told;
  const more = { en: 'There may be more: these are the newest.', zh: '可能还有更多，这里是最新的。' };
  return [
    inTable([heads, ...cells]),
    ...(told.length < MOST ? [] : [say(more)]),
    '',
    nextRow(`npx waybell why ${asShellWord(first?.workflow_id ?? first?.message_id ?? '')}`),
  ];
}

/** Looks like a telephone number of mainland China, or any with its country. */
const PHONE = /^(?:\+\d[\d -]{7,18}|1[3-9]\d[\d -]{8,10})$/;

/** What Waybell does not know, and where that can be looked up. */
export async function whereToLook(config: Config, name: string): Promise<Line[]> {
  const phones = await countPhones(config, name);
  const { waybills } = shopNames(config.shopTables);
  const quoted = `'${name.replaceAll("'", "''")}'`;
  return [
    say({
      en: `Nothing is known of ${name}: no webhook about a parcel of that number was accepted, and no message was made for an order, a person or a phone of that name.`,
      zh: `没有关于 ${name} 的记录：没有接受过该单号的 webhook，也没有为该订单、收件人或手机生成过消息。`,
    }),
    ...(phones === 0
      ? []
      : [
          say({
            en: `A person of that name has ${phones} phone(s) here; no parcel of an order of theirs has told anything.`,
            zh: `叫这个名字的人在这里有 ${phones} 部手机；其订单的包裹还没有通知过任何内容。`,
          }),
        ]),
    ...(PHONE.test(name)
      ? [
          say({
            en: 'Waybell keeps no telephone numbers: the shop knows whose it is, and their orders.',
            zh: 'Waybell 不保存电话号码：商城知道号码属于谁以及其订单。',
          }),
        ]
      : []),
    '',
    say({
      en: 'An order is known here by its parcels. In the database of the shop:',
      zh: '这里通过包裹认识订单。请在商城的数据库中查询：',
    }),
    toned(
      'paste',
      `  select ${waybills.trackingNo}, ${waybills.orderId} from ${waybills.name} where ${waybills.orderId}::text = ${quoted} or ${waybills.trackingNo} = ${quoted};`,
    ),
    say({
      en: 'Whether the carrier sends at all, and what was refused:',
      zh: '快递公司是否在推送，以及拒绝了什么：',
    }),
    '  npx waybell channels list',
    '',
    nextRow('npx waybell doctor'),
  ];
}

async function countPhones(config: Config, name: string): Promise<number> {
  const [users, merchants] = await Promise.all([
    ask(config, listDevices, { query: { user_id: name, active: 'true' } }).then(countOf, noneOf),
    ask(config, listDevices, { query: { merchant_id: name, active: 'true' } }).then(countOf, noneOf),
  ]);
  return users + merchants;
}

const countOf = ({ count }: AnswerTo<typeof listDevices>): number => count;
/** A key that reads deliveries need not see phones: then nothing is said of them. */
const noneOf = (error: unknown): number => (isRefusedAs(error, 'not-allowed') ? 0 : nothing(error).length);
