import type { ShipmentStatus } from '../shipment/status';
import { buildUpdates, type SaidScan, type SaidWaybill } from './reading/update';
import { CHINA_TIME } from './reading/times';
import { decodeText, trackingNoField } from './reading/text';
import { readFieldText, type Problem } from './reading/form';
import { fieldsOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import { bodyUnreadable, escapeXml, jsonAnswer, notTracking, xmlAnswer } from './reading/answers';
import { readXml } from './reading/xml';
import { headerOf } from './reading/proof';
import type { Source, StatusTable, WebhookRequest } from './source';

/** `opCode`. */
const SF_STATUSES: StatusTable = {
  '50': 'picked_up',
  '54': 'picked_up',
  '30': 'in_transit',
  '31': 'in_transit',
  '36': 'in_transit',
  '105': 'in_transit',
  '106': 'in_transit',
  '130': 'in_transit',
  '302': 'in_transit',
  '305': 'in_transit',
  '310': 'in_transit',
  '407': 'in_transit',
  '501': 'in_transit',
  '634': 'in_transit',
  // 44: the courier is named
  '44': 'out_for_delivery',
  '204': 'out_for_delivery',
  // 125: handed to a locker or a station, which signs for it
  '125': 'available_for_pickup',
  '642': 'available_for_pickup',
  '80': 'delivered',
  '8000': 'delivered',
  '33': 'failed_attempt',
  '70': 'failed_attempt',
  '99': 'returning',
  '631': 'returning',
  '648': 'returning',
};

const SF_LOCKER_SIGNED = ['125'];

/** What a `reasonCode` makes of an `opCode`, as `opCode/reasonCode`. */
const REASONS = new Map<string, ShipmentStatus>([
  // lost, destroyed
  ['8000/6', 'exception'],
  ['8000/2', 'exception'],
  // cancelled
  ['70/46', 'exception'],
  // put where the buyer can collect it
  ['70/83', 'available_for_pickup'],
  ['70/85', 'available_for_pickup'],
  ['33/83', 'available_for_pickup'],
  ['33/85', 'available_for_pickup'],
]);

/** `firstStatusCode`, which many accounts do not get. */
const FIRST_STATUSES = new Map<string, ShipmentStatus>([
  ['1', 'picked_up'],
  ['2', 'in_transit'],
  ['3', 'out_for_delivery'],
  ['4', 'delivered'],
  ['11', 'available_for_pickup'],
  ['13', 'failed_attempt'],
]);

/** The values of `secondaryStatusCode` that say customs. */
const CUSTOMS = ['204', '205'];

/** The codes that may stand beside an `opCode`; empty where they do not. */
export interface SfCodes {
  readonly reason: string;
  readonly first: string;
  readonly secondary: string;
}

/**
 * What a row means where its `opCode` alone does not say it. Assumed: where the codes of one row disagree, the reason
 * goes first, then customs, then the `opCode`, and last the first status.
 * @returns `undefined` where the `opCode` decides
 */
function statusBesideOpCode(
  opCode: string,
  { reason, first, secondary }: SfCodes,
): ShipmentStatus | undefined {
  const byReason = REASONS.get(`${opCode}/${reason}`);
  if (byReason !== undefined) return byReason;
  if (CUSTOMS.includes(secondary)) return 'customs';
  return Object.hasOwn(SF_STATUSES, opCode) ? undefined : FIRST_STATUSES.get(first);
}

const FORM = 'application/x-www-form-urlencoded';

/**
 * SF Express 顺丰, RoutePushService: one to ten scans of any waybills in every request, most of them sent several
 * times and under several ids. In JSON, or in XML in the form field `content`.
 *
 * Format: https://open.sf-express.com, 路由推送接口, read through integrators' copies, as are the codes. The push is
 * not signed: only the URL proves who sends, so it must be https and unguessable.
 */
export const sf: Source = {
  name: 'sf',
  title: 'SF Express 顺丰',
  mediaTypes: ['application/json', FORM],
  evidence: 'integrators’ code',
  statusTable: SF_STATUSES,
  lockerSigned: SF_LOCKER_SIGNED,

  parse(request, conditions) {
    const said = readSaid(request);
    if ('problem' in said) return bodyUnreadable(said.problem);
    const rows = isXml(said) ? rowsOfXml(said.text) : rowsOfJson(said.text);
    if (rows === undefined) return bodyUnreadable('neither a JSON object nor well-formed XML');
    // The push of order states, for one, is another interface with another shape.
    if (rows.length === 0) return notTracking('no WaybillRoute');
    return buildUpdates(groupByWaybill(rows), { source: sf, zone: CHINA_TIME, conditions });
  },

  acknowledge: ({ request }) =>
    isXml(readSaid(request))
      ? xmlAnswer('<Response service="RoutePushService"><Head>OK</Head></Response>')
      : jsonAnswer({ return_code: '0000', return_msg: '成功' }),
  refuse: (message, request) =>
    request !== undefined && isXml(readSaid(request))
      ? xmlAnswer(
          `<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">${escapeXml(message)}</ERROR></Response>`,
        )
      : jsonAnswer({ return_code: '1000', return_msg: message }),
};

type Said = { readonly text: string } | Problem;

function readSaid(request: WebhookRequest): Said {
  const type = headerOf(request, 'content-type');
  if (type?.trim().toLowerCase().startsWith(FORM)) return readFieldText(request, 'content');
  const text = decodeText(request.body, type);
  return text === undefined ? { problem: 'neither UTF-8 nor GBK' } : { text };
}

function isXml(said: Said): boolean {
  return 'text' in said && said.text.trimStart().startsWith('<');
}

function rowsOfJson(text: string): readonly Fields[] | undefined {
  const json = readJsonObject(Buffer.from(text));
  return json === undefined ? undefined : rowsOf(fieldsOf(fieldsOf(json)['Body'])['WaybillRoute']);
}

function rowsOfXml(text: string): readonly Fields[] | undefined {
  const root = readXml(text);
  if (root === undefined || root.attributes['service'] !== 'RoutePushService') return root && [];
  const routes = root.children.flatMap(({ children }) => children);
  return rowsOf(routes.filter(({ name }) => name === 'WaybillRoute').map(({ attributes }) => attributes));
}

/** A child waybill is a waybill of its own. */
function groupByWaybill(rows: readonly Fields[]): SaidWaybill[] {
  const groups = new Map<string, Fields[]>();
  for (const row of rows) {
    const written = textOf(row['mailno']);
    const trackingNo = trackingNoField.safeParse(written).data ?? written;
    const group = groups.get(trackingNo);
    if (group) group.push(row);
    else groups.set(trackingNo, [row]);
  }
  return [...groups].map(([trackingNo, group]) => ({ carrier: 'sf', trackingNo, scans: readRows(group) }));
}

/** The sender's `id` differs between copies of one scan, so it is no identity. */
function readRows(rows: readonly Fields[]): SaidScan[] {
  const scans = rows.map((row) => {
    const code = textOf(row['opCode']);
    const status = statusBesideOpCode(code, {
      reason: textOf(row['reasonCode']),
      first: textOf(row['firstStatusCode']),
      secondary: textOf(row['secondaryStatusCode']),
    });
    return {
      time: textOf(row['acceptTime']),
      code,
      text: textOf(row['remark']),
      place: textOf(row['acceptAddress']),
      identity: [code],
      ...(status !== undefined && { status }),
    };
  });
  const lastSigned = scans
    .filter(({ code, status = SF_STATUSES[code] }) => status === 'delivered')
    .map(({ time }) => time)
    .sort()
    .at(-1);
  // 648 is a return under way, or a finished one where a signature follows.
  return scans.map((scan) =>
    scan.code === '648' && lastSigned !== undefined && scan.time <= lastSigned
      ? { ...scan, status: 'returned' }
      : scan,
  );
}
