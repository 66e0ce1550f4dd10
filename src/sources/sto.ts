import { buildUpdates } from './reading/update';
import { CHINA_TIME, isOffset } from './reading/times';
import { fromBase64 } from './reading/proof';
import { readFieldJson, verifySignedForm } from './reading/form';
import { bodyUnreadable, jsonAnswer, notTracking } from './reading/answers';
import { fieldsOf, textOf } from './reading/json';
import type { Source } from './source';

/** An offset from UTC in whole hours or with minutes: +8, GMT+08:00, UTC-3. */
const OFFSET = /^(?:GMT|UTC)?\s*([+-])(\d{1,2})(?::?(\d{2}))?$/i;

/**
 * STO 申通, STO_TRACE_PLATFORM_PUSH: one scan in every request, sent again when it was not answered in time.
 *
 * Format, signature and table: integrators' code; no signed example is published.
 *
 * Assumed: the answer; and that `tz`, which comes with scans abroad, is an offset from UTC. Any other `tz` is
 * passed over, and the time is Chinese.
 */
export const sto: Source = {
  name: 'sto',
  title: 'STO 申通',
  mediaTypes: ['application/x-www-form-urlencoded', 'application/json'],
  evidence: 'integrators’ code',
  statusTable: {
    收件: 'picked_up',
    PU_PICKUP_SUCCESS: 'picked_up',
    发件: 'in_transit',
    到件: 'in_transit',
    转邮: 'in_transit',
    转同行: 'in_transit',
    // sent on to another address, as the customer wished
    改地址件: 'in_transit',
    派件: 'out_for_delivery',
    第三方代派: 'out_for_delivery',
    // taken out of the locker by the courier
    快件取出: 'out_for_delivery',
    派件入柜: 'available_for_pickup',
    柜机代收: 'available_for_pickup',
    驿站代收: 'available_for_pickup',
    第三方代收: 'available_for_pickup',
    代理点签收: 'available_for_pickup',
    // handed out by the station; a signature may follow
    驿站出库: 'available_for_pickup',
    签收: 'delivered',
    客户签收: 'delivered',
    // fetched by somebody in somebody's stead: published without a meaning, and withdrawn
    代取快递: null,
    问题件: 'exception',
    // kept at the branch
    留仓件: 'exception',
    退回件: 'returning',
    // abroad
    MOT_TRANSIT: 'in_transit',
    SC_INBOUND_SUCCESS: 'in_transit',
    SC_ORDER_PACKET_SUCCESS: 'in_transit',
    SC_ORDER_PACKET_OUT: 'in_transit',
    LH_DEPART: 'in_transit',
    LH_ARRIVE: 'in_transit',
    CC_START: 'in_transit',
    // handed over to the carrier of the country, after customs
    GOT: 'in_transit',
    SC_ORDER_WEIGHT: null,
    SC_ORDER_PAY_SUCCESS: null,
    CC_IM_START: 'customs',
    CC_IM_SUCCESS: 'customs',
    CC_IM_FAILURE: 'exception',
  },
  // A locker, a station or an agent took it in the buyer's stead.
  lockerSigned: ['柜机代收', '驿站代收', '第三方代收', '代理点签收'],

  verify: verifySignedForm({ said: 'content', digest: 'data_digest', decode: fromBase64 }),

  parse(request, conditions) {
    const content = readFieldJson(request, 'content');
    if ('problem' in content) return bodyUnreadable(content.problem);
    const trace = fieldsOf(content.fields['trace']);
    const field = (name: string): string => textOf(trace[name]);
    if (field('scanType') === '' && field('opTime') === '') {
      return notTracking('content');
    }
    const scan = {
      time: withOffset(field('opTime'), field('tz')),
      code: field('scanType'),
      text: field('memo') || field('issueName'),
      place: field('opOrgName'),
      // outBizCode alone is the documented identity; with the rest, a number that is not unique loses no scan.
      identity: [field('outBizCode'), field('scanType')],
    };
    const said = { carrier: 'sto', trackingNo: textOf(content.fields['waybillNo']), scans: [scan] };
    return buildUpdates([said], { source: sto, zone: CHINA_TIME, conditions });
  },

  acknowledge: () => jsonAnswer({ success: true }),
  refuse: (message) => jsonAnswer({ success: false, errorMsg: message }),
};

function withOffset(time: string, tz: string): string {
  const match = OFFSET.exec(tz.trim());
  if (time === '' || match === null) return time;
  const [, sign = '+', hours = '', minutes = '00'] = match;
  const offset = `${sign}${hours.padStart(2, '0')}:${minutes}`;
  return isOffset(offset) ? `${time.trim()}${offset}` : time;
}
