import { carrierCode, type Carriers } from './carriers';
import { isOfAny, type NumberedRow } from './choose-waybill';
import type { Explanation } from './explanation';
import { isCalledOff } from './parcels-of-order';

/**
 * Rows of the shop with one number that cannot all be right. Deliveries go on: the people of each row are told what is
 * known of its number. Which row is wrong only the shop knows.
 */
export const CONTRADICTIONS = [
  'same-order',
  'called-off',
  'two-ways',
  'several-merchants',
  'no-carrier',
] as const;
export type ContradictionCode = (typeof CONTRADICTIONS)[number];

/** A row with an order under a number that others have too. */
export interface SharingRow extends NumberedRow {
  readonly order_id: string;
  /** The shop's word for how it stands. */
  readonly status: string | null;
  readonly merchantId: string | null;
  readonly direction: string | null;
}

export interface Contradiction {
  readonly code: ContradictionCode;
  readonly rows: readonly SharingRow[];
}

interface Words {
  /** What is so, and what follows from it. */
  readonly what: Explanation;
  readonly fix: Explanation;
}

export const CONTRADICTION_WORDS: Readonly<Record<ContradictionCode, Words>> = {
  'same-order': {
    what: {
      en: 'One order stands in several rows with one number: each row has a message, and one of them is pushed.',
      zh: '同一个订单以同一单号出现在多行：每一行都有一条消息，只推送其中一条。',
    },
    fix: {
      en: 'Delete all of these rows but one; what was told stays.',
      zh: '请只保留其中一行，删除其余各行；已通知的内容保持不变。',
    },
  },
  'called-off': {
    what: {
      en: 'Of the rows with one number one is called off and another is not: the people of each are told.',
      zh: '同一单号的各行中，有的已取消，有的没有：每一行的收件人都会收到通知。',
    },
    fix: {
      en: 'Delete the row that is off, or write its own number into it; if none is off, correct its status.',
      zh: '请删除已取消的那一行，或写入它自己的单号；如果并未取消，请更正它的状态。',
    },
  },
  'two-ways': {
    what: {
      en: 'Of the rows with one number one goes to its buyer and another comes back from him: the people of each are told in its words.',
      zh: '同一单号的各行中，有的发往买家，有的由买家退回：每一行的收件人都按该行的方向收到通知。',
    },
    fix: {
      en: 'A parcel goes one way: correct the direction of one row, or its number.',
      zh: '一个包裹只有一个方向：请更正其中一行的方向或单号。',
    },
  },
  'several-merchants': {
    what: {
      en: 'Orders of different merchants have one number: the people of each are told.',
      zh: '不同商家的订单使用同一单号：每个订单的收件人都会收到通知。',
    },
    fix: {
      en: 'If the goods of one merchant only are in the parcel, correct the number of the other row.',
      zh: '如果包裹里只有一个商家的商品，请更正另一行的单号。',
    },
  },
  'no-carrier': {
    what: {
      en: 'Several rows with one number have an order, and not all name their carrier: the people of one that does not may be told nothing.',
      zh: '同一单号有多行带订单，但并非每一行都写明快递公司：没有写明的那一行，收件人可能收不到通知。',
    },
    fix: {
      en: 'Write the carrier into each of these rows.',
      zh: '请为这些行都写明快递公司。',
    },
  },
};

/** Finds in what rows contradict each other. @param rows of one number, with an order each */
export function findContradictions(rows: readonly SharingRow[], carriers: Carriers): Contradiction[] {
  const unnamed = rows.length > 1 && rows.some(isOfAny);
  const parcels = groupedBy(
    rows.filter((row) => !isOfAny(row)),
    ({ carrier }) => carrierCode(carriers, carrier ?? ''),
  );
  return [
    ...[...parcels.values()].flatMap(contradictionsIn),
    ...(unnamed ? [{ code: 'no-carrier' as const, rows }] : []),
  ];
}

/** @param rows of one parcel */
function contradictionsIn(rows: readonly SharingRow[]): Contradiction[] {
  const sameOrder = [...groupedBy(rows, ({ order_id: order }) => order.trim().toLowerCase()).values()]
    .filter((ofOrder) => ofOrder.length > 1)
    .flat();
  const said = rows.filter(({ direction }) => direction !== null);
  const ofMerchants = rows.filter(({ merchantId }) => merchantId !== null);
  const differ = (some: readonly SharingRow[], by: (row: SharingRow) => unknown): boolean =>
    new Set(some.map(by)).size > 1;
  const found: [ContradictionCode, readonly SharingRow[], boolean][] = [
    ['same-order', sameOrder, sameOrder.length > 0],
    ['called-off', rows, differ(rows, ({ status }) => isCalledOff(status))],
    ['two-ways', said, differ(said, ({ direction }) => direction)],
    ['several-merchants', ofMerchants, differ(ofMerchants, ({ merchantId }) => merchantId?.toLowerCase())],
  ];
  return found.flatMap(([code, of, holds]) => (holds ? [{ code, rows: of }] : []));
}

function groupedBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}

/** As many as help. */
const MOST_SHOWN = 5;

/** Which rows of the shop are meant. */
export function nameRows(rows: readonly SharingRow[]): Explanation {
  const shown = rows.slice(0, MOST_SHOWN);
  return {
    en: shown.map(({ id, order_id: order }) => `row ${id} (order ${order})`).join(', '),
    zh: shown.map(({ id, order_id: order }) => `行 ${id}（订单 ${order}）`).join('、'),
  };
}

/** The same for people who ask about one of them: what contradicts, which rows, and what to do. */
export function explainContradiction({ code, rows }: Contradiction): Explanation {
  const { what, fix } = CONTRADICTION_WORDS[code];
  const named = nameRows(rows);
  return {
    en: `${what.en} These are ${named.en}. ${fix.en}`,
    zh: `${what.zh}涉及：${named.zh}。${fix.zh}`,
  };
}
