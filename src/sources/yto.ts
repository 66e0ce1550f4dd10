import { buildUpdates } from './reading/update';
import { plainText } from './reading/text';
import { CHINA_TIME } from './reading/times';
import { fromBase64 } from './reading/proof';
import { readFieldDocument, verifySignedForm, type Problem } from './reading/form';
import { bodyUnreadable, escapeXml, notTracking, xmlAnswer } from './reading/answers';
import { childText, readXml, type XmlElement } from './reading/xml';
import type { Answer, Source, WebhookRequest } from './source';

/** Longest order number that is repeated in an answer; characters. */
const MAX_ORDER_NO = 128;

/**
 * YTO 圆通, classic push of statuses: one scan in every request, in XML.
 *
 * Format, signature and answer: integrators' code; no signed example is published. The secret is the partner id.
 * Times end in "CST", which is China Standard Time here and US Central Time to most readers of dates.
 *
 * Assumed: the element `reason` of a refusal.
 */
export const yto: Source = {
  name: 'yto',
  title: 'YTO 圆通',
  mediaTypes: ['application/x-www-form-urlencoded', 'application/json'],
  evidence: 'integrators’ code',
  statusTable: {
    ACCEPT: 'info_received',
    GOT: 'picked_up',
    ARRIVAL: 'in_transit',
    DEPARTURE: 'in_transit',
    PACKAGE: 'in_transit',
    UNPACK: 'in_transit',
    FORWARDING: 'in_transit',
    AIRSEND: 'in_transit',
    AIRPICK: 'in_transit',
    SENT_SCAN: 'out_for_delivery',
    INBOUND: 'available_for_pickup',
    SIGNED: 'delivered',
    FAILED: 'failed_attempt',
    UNACCEPT: 'exception',
    NOT_SEND: 'exception',
    TMS_RETURN: 'returning',
  },

  verify: verifySignedForm({ said: 'logistics_interface', digest: 'data_digest', decode: fromBase64 }),

  parse(request, conditions) {
    const read = readInterface(request);
    if ('problem' in read) return bodyUnreadable(read.problem);
    const field = (name: string): string => childText(read.root, name);
    const type = field('infoType');
    if (read.root.name !== 'UpdateInfo' || (type !== '' && type !== 'STATUS')) {
      return notTracking(`${read.root.name} ${type}`);
    }
    const scan = {
      time: field('acceptTime').replace(/(?<! ) *CST$/, '+08:00'),
      code: field('infoContent'),
      text: field('remark'),
      identity: [field('infoContent')],
    };
    const said = { carrier: 'yto', trackingNo: field('mailNo'), scans: [scan] };
    return buildUpdates([said], { source: yto, zone: CHINA_TIME, conditions });
  },

  acknowledge({ request }) {
    const read = readInterface(request);
    return answer('root' in read ? childText(read.root, 'txLogisticID') : '', '<success>true</success>');
  },
  refuse: (message) => answer('', `<success>false</success><reason>${escapeXml(message)}</reason>`),
};

function readInterface(request: WebhookRequest): { readonly root: XmlElement } | Problem {
  const field = readFieldDocument(request, 'logistics_interface');
  if ('problem' in field) return field;
  const root = readXml(field.document);
  return root === undefined ? { problem: 'logistics_interface is no well-formed XML' } : { root };
}

function answer(orderNo: string, verdict: string): Answer {
  const id = escapeXml(plainText(orderNo, MAX_ORDER_NO));
  return xmlAnswer(
    `<Response><logisticProviderID>YTO</logisticProviderID><txLogisticID>${id}</txLogisticID>${verdict}</Response>`,
  );
}
