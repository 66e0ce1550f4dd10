import { buildUpdates, type SaidScan, type SaidWaybill } from './reading/update';
import { CHINA_TIME } from './reading/times';
import { readFieldJson, verifySignedForm } from './reading/form';
import { newestScan } from './reading/scans';
import { bodyUnreadable, jsonAnswer } from './reading/answers';
import { fieldsOf, rowsOf, textOf, type Fields } from './reading/json';
import { fromHex } from './reading/proof';
import type { Source, StatusTable } from './source';

/** `state` and `statusCode`: the basic codes, and the advanced ones of `resultv2=4`. */
const KUAIDI100_STATUSES: StatusTable = {
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
  // 203, 14: refused by the receiver, who may take it yet; overdue, out of the area, stuck, damaged
  '2': 'exception',
  '201': 'exception',
  '202': 'exception',
  '203': 'exception',
  '207': 'exception',
  '208': 'exception',
  '209': 'exception',
  '14': 'exception',
  // cancelled
  '210': 'exception',
  '401': 'exception',
  // customs; 13: a problem there
  '8': 'customs',
  '10': 'customs',
  '11': 'customs',
  '12': 'customs',
  '13': 'exception',
  // on the way back; 4: signed for by the sender
  '6': 'returning',
  '4': 'returned',
  // the envelope's word: it has stopped looking
  abort: 'expired',
};

/** 304 is 投柜或站签收: a locker or a station signed, the buyer did not. */
const KUAIDI100_LOCKER_SIGNED = ['304'];

/**
 * Kuaidi100 快递100, subscription push: the whole history of one waybill in every request.
 *
 * Format and table: https://api.kuaidi100.com/document/5f0ffa8f2977d50a94e1023c and
 * https://api.kuaidi100.com/document/5f0ffb5ebc8da837cbd8aefc; signature: its own SDK, kuaidi100-api/java-demo. No
 * signed example is published. The secret is the salt of the subscription; without one, or with an empty one,
 * nothing is proved.
 *
 * Assumed: times are Chinese, also those of a foreign leg, where the clock is the foreign carrier's. Of a code 14
 * (refused by the receiver) later editions of the manual say that the sender has signed, but couriers go again and
 * receivers sign after it: it is trouble, and 6 and 4 say that it goes back.
 */
export const kuaidi100: Source = {
  name: 'kuaidi100',
  title: 'Kuaidi100 快递100',
  mediaTypes: ['application/x-www-form-urlencoded', 'application/json'],
  evidence: 'official documentation',
  statusTable: KUAIDI100_STATUSES,
  lockerSigned: KUAIDI100_LOCKER_SIGNED,
  signedByAnother: ['303'],

  verify: verifySignedForm({ said: 'param', digest: 'sign', decode: fromHex }),

  parse(request, conditions) {
    const param = readFieldJson(request, 'param');
    if ('problem' in param) return bodyUnreadable(param.problem);
    const said = readWaybill(param.fields, conditions.now);
    return buildUpdates([said], { source: kuaidi100, zone: CHINA_TIME, conditions });
  },

  acknowledge: () => jsonAnswer({ result: true, returnCode: '200', message: '成功' }),
  refuse: (message) => jsonAnswer({ result: false, returnCode: '500', message }),
};

function readWaybill(param: Fields, now: number): SaidWaybill {
  // destResult: the leg in the country of destination, of the same waybill.
  const legs = [param['lastResult'], param['destResult']].map(fieldsOf);
  const of = (name: string): string => legs.map((leg) => textOf(leg[name])).find((text) => text !== '') ?? '';
  const envelope = textOf(param['status']);
  const [comOld, comNew] = [textOf(param['comOld']).trim(), textOf(param['comNew']).trim()];
  const corrected = comOld !== '' && comNew !== '' && comOld.toLowerCase() !== comNew.toLowerCase();

  // Stopped under one carrier and followed under another is not stopped.
  const ended = envelope === 'abort' && !corrected;
  return {
    carrier: corrected ? comNew : of('com'),
    trackingNo: of('nu'),
    scans: legs.flatMap(readLeg),
    state: [envelope, ...legs.map((leg) => textOf(leg['state']))].filter((word) => word !== '').join(' '),
    ...(ended && {
      whole: { time: new Date(now).toISOString(), code: envelope, text: textOf(param['message']) },
    }),
    ...(corrected && { formerCarrier: comOld }),
  };
}

/**
 * Without `resultv2` no scan has a code, and the state of the leg is that of its newest scan alone. The same scan
 * may be told with a code later, so the code is no part of its identity.
 */
function readLeg(leg: Fields): SaidScan[] {
  const rows = rowsOf(leg['data']);
  const times = rows.map((row) => textOf(row['time']) || textOf(row['ftime']));
  const newest = newestScan(times, 'newest-first');
  return rows.map((row, index) => ({
    time: times[index] ?? '',
    code: textOf(row['statusCode']) || (index === newest ? textOf(leg['state']) : ''),
    text: textOf(row['context']),
    place: textOf(row['location']) || textOf(row['areaName']),
  }));
}
