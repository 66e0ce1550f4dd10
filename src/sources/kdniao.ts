import { DateTime } from 'luxon';
import { buildUpdates, type SaidScan, type SaidWaybill } from './reading/update';
import { CHINA_TIME } from './reading/times';
import { md5OfBytesAndSecret, readFieldJson, readFieldText, verifySignedForm } from './reading/form';
import { newestScan } from './reading/scans';
import { bodyUnreadable, jsonAnswer, NOTHING_SAID, notTracking } from './reading/answers';
import { rowsOf, textOf, type Fields } from './reading/json';
import { fromBase64 } from './reading/proof';
import { plainText } from './reading/text';
import type { Answer, Source, StatusTable } from './source';

/** `State`, `StateEx` and the `Action` of a trace. */
const KDNIAO_STATUSES: StatusTable = {
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
  // 405: nobody says why; 416: nobody was reached
  '405': 'failed_attempt',
  '416': 'failed_attempt',
  '4': 'exception',
  '402': 'exception',
  // without news for five days
  '403': 'exception',
  // refused, intercepted, cancelled: 419 may follow, or a way back, which has words of its own
  '404': 'exception',
  '413': 'exception',
  '415': 'exception',
  '414': 'exception',
  '417': 'exception',
  // a wrong address, a wrong phone number, sorted wrongly, out of the area
  '420': 'exception',
  '421': 'exception',
  '422': 'exception',
  '423': 'exception',
  // 407: on its way back, not yet signed for by the sender; 406: signed for by the sender
  '407': 'returning',
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
const KDNIAO_LOCKER_SIGNED = ['311'];

/** Longest account number that is repeated in an answer; characters. */
const MAX_ACCOUNT = 64;

/** The reasons that end a subscription. */
const ENDED = /三天无轨迹|七天内无轨迹变化/;

/**
 * KDNiao 快递鸟, pushes 101 and 102: the whole histories of several waybills. 103 tells the state of an order, in
 * numbers that mean something else here (301: fetched from the sender), and 107 that of cash on delivery: both are
 * acknowledged only.
 *
 * Format: https://apifox.com/apidoc/docs-site/2538027/doc-2282394 (101, 107) and …/doc-2283185 (102); table and
 * answer: integrators' code. No signed example is published. Unlike other Chinese carriers it writes the digest as
 * hex text in base64.
 *
 * Assumed: 103 and 107 take the same answer as 101.
 */
export const kdniao: Source = {
  name: 'kdniao',
  title: 'KDNiao 快递鸟',
  mediaTypes: ['application/x-www-form-urlencoded', 'application/json'],
  evidence: 'official documentation',
  statusTable: KDNIAO_STATUSES,
  lockerSigned: KDNIAO_LOCKER_SIGNED,
  signedByAnother: ['304'],

  verify: verifySignedForm({
    said: 'RequestData',
    digest: 'DataSign',
    decode: fromBase64,
    sign: (said, secret) => Buffer.from(md5OfBytesAndSecret(said, secret).toString('hex')),
  }),

  parse(request, conditions) {
    const data = readFieldJson(request, 'RequestData');
    if ('problem' in data) return bodyUnreadable(data.problem);
    const field = readFieldText(request, 'RequestType');
    const type = 'text' in field ? field.text : '';
    if (type === '103') return NOTHING_SAID;
    const rows = rowsOf(data.fields['Data']).filter((row) => !tellsMoney(row));
    // The type is not signed, so a 107 is known by its rows too.
    if (type === '107' || rows.length === 0) return notTracking(`RequestType ${type}`);
    const said = rows.flatMap((row) => readRow(row, conditions.now));
    return buildUpdates(said, { source: kdniao, zone: CHINA_TIME, conditions });
  },

  acknowledge({ request, now }) {
    const data = readFieldJson(request, 'RequestData');
    const account = 'fields' in data ? textOf(data.fields['EBusinessID']) : '';
    return answer(account, DateTime.fromMillis(now, { zone: CHINA_TIME }).toFormat('yyyy-MM-dd HH:mm:ss'));
  },
  refuse: (message) => answer('', '', message),
};

function tellsMoney(row: Fields): boolean {
  return 'OrderState' in row && !('Traces' in row);
}

/** @returns nothing for a waybill of which there is nothing to tell yet: that is an ordinary message */
function readRow(row: Fields, now: number): SaidWaybill[] {
  const scans = readTraces(row);
  const reason = row['Success'] === false ? textOf(row['Reason']) : '';
  const ended = ENDED.exec(reason)?.[0];
  if (row['Success'] === false && ended === undefined && scans.length === 0) return [];
  return [
    {
      carrier: textOf(row['ShipperCode']),
      trackingNo: textOf(row['LogisticCode']),
      scans,
      state: textOf(row['StateEx']) || textOf(row['State']),
      ...(ended !== undefined && { whole: { time: new Date(now).toISOString(), code: ended, text: reason } }),
    },
  ];
}

/** Where traces have no `Action`, the state of the waybill is that of its newest trace alone. */
function readTraces(row: Fields): SaidScan[] {
  const traces = rowsOf(row['Traces']);
  const times = traces.map((trace) => textOf(trace['AcceptTime']));
  const newest = newestScan(times, 'oldest-first');
  return traces.map((trace, index) => ({
    time: times[index] ?? '',
    ...wordsOf(textOf(trace['Action']), index === newest ? row : {}),
    text: textOf(trace['AcceptStation']),
    place: textOf(trace['Location']),
  }));
}

/** Of the state, the finer of the two codes, unless it is new to us and the coarser one is not. */
function wordsOf(action: string, state: Fields): Pick<SaidScan, 'code' | 'words'> {
  if (action !== '') return { code: action };
  const [fine, coarse] = [textOf(state['StateEx']), textOf(state['State'])];
  const known = (code: string): boolean => Object.hasOwn(KDNIAO_STATUSES, code);
  const code = fine === '' || (!known(fine) && known(coarse)) ? coarse : fine;
  return { code, words: [fine, coarse] };
}

function answer(account: string, time: string, problem = ''): Answer {
  return jsonAnswer({
    EBusinessID: plainText(account, MAX_ACCOUNT),
    UpdateTime: time,
    Success: problem === '',
    Reason: problem,
  });
}
