import type { ShipmentStatus } from './status';

/**
 * `yes`: a scan of it is proof enough, whenever it was made. `later`: only a scan that is known to be later than all
 * that was seen when the other was told. `again`: the same word, once another one stood between. `next day`: as
 * `again`, or on a later day of the shop. `no`: never.
 */
export type Proof = 'yes' | 'later' | 'again' | 'next day' | 'no';

type Row = Readonly<Record<ShipmentStatus, Proof>>;

const ORDER: readonly ShipmentStatus[] = [
  'info_received',
  'picked_up',
  'in_transit',
  'customs',
  'out_for_delivery',
  'failed_attempt',
  'available_for_pickup',
  'delivered',
  'returning',
  'returned',
  'exception',
  'expired',
];

/** One row from its cells, in the order above. */
function row(...cells: readonly Proof[]): Row {
  return Object.fromEntries(ORDER.map((status, i) => [status, cells[i] ?? 'no'])) as Row;
}

/**
 * Which status may follow which that people were told, and by what proof. The page docs/architecture.md shows the same
 * table with its reasons; a test holds the two equal.
 */
// prettier-ignore
export const MAY_FOLLOW: Readonly<Record<ShipmentStatus, Row>> = {
  //                        info_re  picked   in_tran  customs  out_for     failed   availab  deliver  returng  returnd  excepti  expired
  info_received:        row('again', 'yes',   'yes',   'yes',   'yes',      'yes',   'yes',   'yes',   'yes',   'yes',   'yes',   'yes'),
  picked_up:            row('no',    'again', 'yes',   'yes',   'yes',      'yes',   'yes',   'yes',   'yes',   'yes',   'yes',   'yes'),
  in_transit:           row('no',    'no',    'again', 'yes',   'yes',      'yes',   'yes',   'yes',   'yes',   'yes',   'yes',   'yes'),
  customs:              row('no',    'no',    'yes',   'again', 'yes',      'yes',   'yes',   'yes',   'yes',   'yes',   'yes',   'yes'),
  out_for_delivery:     row('no',    'no',    'no',    'no',    'next day', 'yes',   'yes',   'yes',   'yes',   'yes',   'yes',   'yes'),
  failed_attempt:       row('no',    'no',    'no',    'no',    'yes',      'again', 'yes',   'yes',   'yes',   'yes',   'yes',   'yes'),
  available_for_pickup: row('no',    'no',    'no',    'no',    'yes',      'yes',   'again', 'yes',   'yes',   'yes',   'yes',   'yes'),
  delivered:            row('no',    'no',    'no',    'no',    'later',    'no',    'later', 'again', 'yes',   'yes',   'no',    'no'),
  returning:            row('no',    'no',    'no',    'no',    'later',    'later', 'later', 'yes',   'again', 'yes',   'yes',   'yes'),
  returned:             row('no',    'no',    'no',    'no',    'no',       'no',    'no',    'no',    'no',    'again', 'no',    'no'),
  exception:            row('yes',   'yes',   'yes',   'yes',   'yes',      'yes',   'yes',   'yes',   'yes',   'yes',   'again', 'yes'),
  expired:              row('yes',   'yes',   'yes',   'yes',   'yes',      'yes',   'yes',   'yes',   'yes',   'yes',   'yes',   'again'),
};
