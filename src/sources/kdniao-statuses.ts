import type { StatusTable } from './source';

/** `State`, `StateEx` and the `Action` of a trace. */
export const KDNIAO_STATUSES: StatusTable = {
  // nothing yet, waits for pickup, sent without information
  '0': 'info_received',
  '10': 'info_received',
  '401': 'info_received',
  '1': 'picked_up',
  // on the way; 5: forwarded to another address
  '2': 'in_transit',
  '5': 'in_transit',
  '201': 'in_transit',
  '204': 'in_transit',
  '205': 'in_transit',
  '206': 'in_transit',
  // 418: taken out of the locker again
  '202': 'out_for_delivery',
  '418': 'out_for_delivery',
  '419': 'out_for_delivery',
  // put into a locker or a station; 412: waits there for too long; 311: signed by it
  '211': 'available_for_pickup',
  '412': 'available_for_pickup',
  '311': 'available_for_pickup',
  // signed: 301 in person, 302 after a problem, 304 by somebody else
  '3': 'delivered',
  '301': 'delivered',
  '302': 'delivered',
  '304': 'delivered',
  '405': 'failed_attempt',
  '415': 'failed_attempt',
  '416': 'failed_attempt',
  '420': 'failed_attempt',
  '421': 'failed_attempt',
  '423': 'failed_attempt',
  '4': 'exception',
  '402': 'exception',
  // without news for five days
  '403': 'exception',
  '414': 'exception',
  '417': 'exception',
  '422': 'exception',
  // refused, not yet signed by the sender, intercepted
  '404': 'returning',
  '407': 'returning',
  '413': 'returning',
  '406': 'returned',
  '6': 'customs',
  '601': 'customs',
  '602': 'customs',
  '603': 'customs',
  '604': 'customs',
  // the subscription has ended: nothing for three days, nothing new for seven
  三天无轨迹: 'expired',
  七天内无轨迹变化: 'expired',
};

/** 311 is 快递柜或驿站签收: a locker or a station signed, the buyer did not. */
export const KDNIAO_LOCKER_SIGNED = ['311'];
