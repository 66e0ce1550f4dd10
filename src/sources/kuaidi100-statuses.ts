import type { StatusTable } from './source';

/** `state` and `statusCode`: the basic codes, and the advanced ones of `resultv2=4`. */
export const KUAIDI100_STATUSES: StatusTable = {
  // ordered
  '101': 'info_received',
  '102': 'info_received',
  // picked up
  '1': 'picked_up',
  '103': 'picked_up',
  // on the way; 7 is handed to another carrier
  '0': 'in_transit',
  '7': 'in_transit',
  '1001': 'in_transit',
  '1002': 'in_transit',
  '1003': 'in_transit',
  '5': 'out_for_delivery',
  // put into a locker or a station; 304: signed by it
  '501': 'available_for_pickup',
  '304': 'available_for_pickup',
  // waits there for too long
  '205': 'available_for_pickup',
  // signed: 301 in person, 302 after a problem, 303 by somebody else
  '3': 'delivered',
  '301': 'delivered',
  '302': 'delivered',
  '303': 'delivered',
  // nobody there, nobody answered
  '204': 'failed_attempt',
  '206': 'failed_attempt',
  // overdue, refused, out of the area, stuck, damaged
  '2': 'exception',
  '201': 'exception',
  '202': 'exception',
  '203': 'exception',
  '207': 'exception',
  '208': 'exception',
  '209': 'exception',
  // cancelled
  '210': 'exception',
  '401': 'exception',
  // customs; 13: a problem there
  '8': 'customs',
  '10': 'customs',
  '11': 'customs',
  '12': 'customs',
  '13': 'exception',
  // on the way back; 14: refused by the receiver
  '6': 'returning',
  '14': 'returning',
  '4': 'returned',
  // the envelope's word: it has stopped looking
  abort: 'expired',
};

/** 304 is 投柜或站签收: a locker or a station signed, the buyer did not. */
export const KUAIDI100_LOCKER_SIGNED = ['304'];
