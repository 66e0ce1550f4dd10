import type { SaidScan, SaidWaybill } from './reading/update';
import { buildUpdates } from './build-updates';
import { CHINA_TIME } from './china-time';
import { fromHex } from './reading/proof';
import { readFieldJson } from './form-text';
import { fieldsOf, rowsOf, textOf, type Fields } from './reading/json';
import { jsonAnswer } from './reading/answers';
import { KUAIDI100_LOCKER_SIGNED, KUAIDI100_STATUSES } from './kuaidi100-statuses';
import { newestScan } from './newest-scan';
import { bodyUnreadable } from './nothing-read';
import { verifySignedForm } from './signed-form';
import type { Source } from './source';

/**
 * Kuaidi100 快递100, subscription push: the whole history of one waybill in every request.
 *
 * Format and table: https://api.kuaidi100.com/document/5f0ffa8f2977d50a94e1023c and
 * https://api.kuaidi100.com/document/5f0ffb5ebc8da837cbd8aefc; signature: its own SDK, kuaidi100-api/java-demo. No
 * signed example is published. The secret is the salt of the subscription; without one, or with an empty one,
 * nothing is proved.
 *
 * Assumed: times are Chinese, also those of a foreign leg, where the clock is the foreign carrier's. Of a code 14
 * (refused by the receiver) later editions of the manual say that the sender has signed; it counts as on its way.
 */
export const kuaidi100: Source = {
  name: 'kuaidi100',
  title: 'Kuaidi100 快递100',
  mediaTypes: ['application/x-www-form-urlencoded'],
  evidence: 'official documentation',
  statusTable: KUAIDI100_STATUSES,
  lockerSigned: KUAIDI100_LOCKER_SIGNED,

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
