import { buildUpdates, type SaidScan, type SaidWaybill } from './reading/update';
import { CHINA_TIME } from './reading/times';
import { decodeText, trackingNoField } from './reading/text';
import { readFieldDocument, type Problem } from './reading/form';
import { fieldsOf, readJsonObject, rowsOf, textOf, type Fields } from './reading/json';
import { bodyUnreadable, escapeXml, jsonAnswer, notTracking, xmlAnswer } from './reading/answers';
import { readXml } from './reading/xml';
import { headerOf } from './reading/proof';
import { SF_LOCKER_SIGNED, SF_STATUSES, statusBesideOpCode } from './sf-statuses';
import type { Source, WebhookRequest } from './source';

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
    const rows = isXml(said) ? rowsOfXml(said.document) : rowsOfJson(said.document);
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
    request !== undefined && awaitsXml(request)
      ? xmlAnswer(
          `<Response service="RoutePushService"><Head>ERR</Head><ERROR code="4001">${escapeXml(message)}</ERROR></Response>`,
        )
      : jsonAnswer({ return_code: '1000', return_msg: message }),
};

type Said = { readonly document: string } | Problem;

function isForm(request: WebhookRequest): boolean {
  return headerOf(request, 'content-type')?.trim().toLowerCase().startsWith(FORM) === true;
}

/** A body that was refused unread has no form of its own; XML comes in forms only. */
function awaitsXml(request: WebhookRequest): boolean {
  return request.body.length === 0 ? isForm(request) : isXml(readSaid(request));
}

function readSaid(request: WebhookRequest): Said {
  const type = headerOf(request, 'content-type');
  if (isForm(request)) return readFieldDocument(request, 'content');
  const document = decodeText(request.body, type);
  return document === undefined ? { problem: 'neither UTF-8 nor GBK' } : { document };
}

function isXml(said: Said): boolean {
  return 'document' in said && said.document.trimStart().startsWith('<');
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
    const status = statusBesideOpCode({
      opCode: code,
      reason: textOf(row['reasonCode']),
      first: textOf(row['firstStatusCode']),
      secondary: textOf(row['secondaryStatusCode']),
      remark: textOf(row['remark']),
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
    scan.code === '648' && scan.status !== 'in_transit' && lastSigned !== undefined && scan.time <= lastSigned
      ? { ...scan, status: 'returned' }
      : scan,
  );
}
