import { carrierCode, type Carriers, spellCarrier } from './carriers';

/** A row of the shop's waybill table, one of those under one number. */
export interface NumberedRow {
  readonly id: string;
  readonly carrier: string | null;
  readonly order_id: string | null;
}

/**
 * Who follows parcels of many carriers, and tells of those that the shop has subscribed to: a number of theirs is one of
 * the shop's, even where the carrier is called otherwise. All other sources speak for themselves, and two carriers may
 * give the same digits to two parcels.
 */
const AGGREGATORS: ReadonlySet<string> = new Set([
  'kuaidi100',
  'kdniao',
  '17track',
  'aftership',
  'easypost',
  'shippo',
  'trackingmore',
  'ship24',
  'sendcloud',
]);

export const isAggregator = (source: string): boolean => AGGREGATORS.has(source);

const isBlank = (text: string | null): boolean => text === null || text.trim() === '';
export const hasOrder = ({ order_id: orderId }: NumberedRow): boolean => !isBlank(orderId);

/**
 * The row of a carrier among those under one number, under whatever name of that carrier: first what has an order, then
 * the name as it was said, then the first. A row that names no carrier may be of any: it is taken where none names it,
 * and where those that do have no order, as the one that Waybell has added before the shop wrote its own.
 */
export function rowOfCarrier<Row extends NumberedRow>(
  rows: readonly Row[],
  carrier: string,
  carriers: Carriers,
): Row | undefined {
  const named = namesakes(rows, carrier, carriers);
  const fitting =
    named.length > 0 ? [...named, ...orderedOfAny(rows, named)] : rows.filter((row) => isBlank(row.carrier));
  const ordered = fitting.filter(hasOrder);
  const best = ordered.length > 0 ? ordered : fitting;
  const said = spellCarrier(carrier);
  return best.find((row) => row.carrier !== null && spellCarrier(row.carrier) === said) ?? best[0];
}

/** It names no carrier, and may be of any. */
export const isOfAny = ({ carrier }: NumberedRow): boolean => isBlank(carrier);

/**
 * The row without a carrier that has the order of a number whose rows of one carrier have none. Nothing where another row
 * contradicts: it names another carrier, or has an order too.
 */
function orderedOfAny<Row extends NumberedRow>(rows: readonly Row[], named: readonly Row[]): Row[] {
  if (named.some(hasOrder)) return [];
  const others = rows.filter((row) => !named.includes(row));
  const ordered = onlyOrdered(others);
  return ordered !== undefined && others.every(isOfAny) ? [ordered] : [];
}

/** The one waybill that a number names without a carrier: the one of its only carrier. */
export function waybillOfNumber<Row extends NumberedRow>(
  rows: readonly Row[],
  carriers: Carriers,
): Row | 'none' | 'several' {
  const [first] = rows;
  if (first === undefined) return 'none';
  const codes = rows.map(({ carrier }) => (isBlank(carrier) ? null : carrierCode(carriers, carrier ?? '')));
  if (new Set(codes).size > 1) return 'several';
  return (first.carrier !== null && rowOfCarrier(rows, first.carrier, carriers)) || first;
}

/** The rows under one number that name this carrier, by whatever name. */
export function namesakes<Row extends NumberedRow>(
  rows: readonly Row[],
  carrier: string,
  carriers: Carriers,
): Row[] {
  const code = carrierCode(carriers, carrier);
  return rows.filter((row) => row.carrier !== null && carrierCode(carriers, row.carrier) === code);
}

/** The rows without an order that are the same waybill as the one that is used for what this carrier has said. */
export function orderlessBeside<Row extends NumberedRow>(
  rows: readonly Row[],
  used: Row,
  carrier: string,
  carriers: Carriers,
): Row[] {
  if (!hasOrder(used)) return [];
  const named = used.carrier === null || isOfAny(used) ? carrier : used.carrier;
  return namesakes(rows, named, carriers).filter((row) => row.id !== used.id && !hasOrder(row));
}

/** The other rows of a number that have an order: its parcel is of all of them. */
export function orderedBeside<Row extends NumberedRow>(
  rows: readonly Row[],
  own: Row,
  carriers: Carriers,
): Row[] {
  if (own.carrier === null || !hasOrder(own)) return [];
  return namesakes(rows, own.carrier, carriers).filter((row) => row.id !== own.id && hasOrder(row));
}

/** The one row among those of other carriers that has an order; nothing where several have one, or none. */
export function onlyOrdered<Row extends NumberedRow>(rows: readonly Row[]): Row | undefined {
  const ordered = rows.filter(hasOrder);
  return ordered.length === 1 ? ordered[0] : undefined;
}
