import { DateTime } from 'luxon';
import type { SaidScan, SaidWaybill } from './reading/update';
import { buildUpdates } from './build-updates';
import { plainText } from './reading/text';
import { CHINA_TIME } from './china-time';
import { fromBase64 } from './reading/proof';
import { readFieldJson, readFieldText } from './form-text';
import { rowsOf, textOf, type Fields } from './reading/json';
import { jsonAnswer } from './reading/answers';
import { KDNIAO_LOCKER_SIGNED, KDNIAO_STATUSES } from './kdniao-statuses';
import { newestScan } from './newest-scan';
import { bodyUnreadable, notTracking } from './nothing-read';
import { md5OfBytesAndSecret, verifySignedForm } from './signed-form';
import type { Answer, Source } from './source';

/** Longest account number that is repeated in an answer; characters. */
const MAX_ACCOUNT = 64;

/** The reasons that end a subscription. */
const ENDED = /三天无轨迹|七天内无轨迹变化/;

/**
 * KDNiao 快递鸟, pushes 101 and 102: the whole histories of several waybills. 107 tells the state of cash on
 * delivery and is acknowledged only.
 *
 * Format: https://apifox.com/apidoc/docs-site/2538027/doc-2282394 (101, 107) and …/doc-2283185 (102); table and
 * answer: integrators' code. No signed example is published. Unlike other Chinese carriers it writes the digest as
 * hex text in base64.
 *
 * Assumed: 107 takes the same answer as 101.
 */
export const kdniao: Source = {
  name: 'kdniao',
  title: 'KDNiao 快递鸟',
  mediaTypes: ['application/x-www-form-urlencoded'],
  evidence: 'official documentation',
  statusTable: KDNIAO_STATUSES,
  lockerSigned: KDNIAO_LOCKER_SIGNED,

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
    code: textOf(trace['Action']) || (index === newest ? stateCode(row) : ''),
    text: textOf(trace['AcceptStation']),
    place: textOf(trace['Location']),
  }));
}

/** The finer of the two codes, unless it is new to us and the coarser one is not. */
function stateCode(row: Fields): string {
  const [fine, coarse] = [textOf(row['StateEx']), textOf(row['State'])];
  const known = (code: string): boolean => Object.hasOwn(KDNIAO_STATUSES, code);
  return fine === '' || (!known(fine) && known(coarse)) ? coarse : fine;
}

function answer(account: string, time: string, problem = ''): Answer {
  return jsonAnswer({
    EBusinessID: plainText(account, MAX_ACCOUNT),
    UpdateTime: time,
    Success: problem === '',
    Reason: problem,
  });
}
