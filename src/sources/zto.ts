import { buildUpdates } from './reading/update';
import { CHINA_TIME } from './reading/times';
import { fromBase64 } from './reading/proof';
import { readFieldJson, verifySignedForm } from './reading/form';
import { bodyUnreadable, jsonAnswer, notTracking } from './reading/answers';
import { textOf } from './reading/json';
import type { ShipmentStatus } from '../shipment/status';
import type { Source } from './source';

/** Actions of which only the beginning is known; RETURN and PROBLEM come with many endings. */
const BEGINNINGS: readonly (readonly [string, ShipmentStatus])[] = [
  ['RETURN', 'returning'],
  ['PROBLEM', 'exception'],
];

/**
 * ZTO 中通, push of traces: one scan in every request, in any order, some twice.
 *
 * Format and signature: integrators' code; three logged real requests fit the signature, but their secret is not
 * ours to print. The digest is over the bytes as they were sent, UTF-8 or GBK. Answer: integrators' code, the codes
 * of a refusal are assumed.
 */
export const zto: Source = {
  name: 'zto',
  title: 'ZTO 中通',
  mediaTypes: ['application/x-www-form-urlencoded'],
  evidence: 'integrators’ code',
  statusTable: {
    GOT: 'picked_up',
    DEPARTURE: 'in_transit',
    ARRIVAL: 'in_transit',
    DISPATCH: 'out_for_delivery',
    INBOUND: 'available_for_pickup',
    HANDOVERSCAN_SIGNED: 'available_for_pickup',
    SIGNED: 'delivered',
    // collected from the locker
    DEPARTURE_SIGNED: 'delivered',
    RETURN: 'returning',
    PROBLEM: 'exception',
  },
  lockerSigned: ['HANDOVERSCAN_SIGNED'],

  verify: verifySignedForm({ said: 'data', digest: 'data_digest', decode: fromBase64 }),

  parse(request, conditions) {
    const data = readFieldJson(request, 'data');
    if ('problem' in data) return bodyUnreadable(data.problem);
    const field = (name: string): string => textOf(data.fields[name]);
    const action = field('action');
    if (action === '' && field('actionTime') === '') {
      // Other messages come to the same address, and msg_type is not signed.
      return notTracking('data');
    }
    const beginning = BEGINNINGS.find(([word]) => action.startsWith(word));
    const scan = {
      time: field('actionTime'),
      code: action,
      text: field('desc'),
      place: [field('city'), field('facilityName')].filter((name) => name !== '').join(' '),
      identity: [action, field('facilityCode')],
      ...(beginning && { status: beginning[1] }),
    };
    const said = { carrier: 'zto', trackingNo: field('billCode'), scans: [scan] };
    return buildUpdates([said], { source: zto, zone: CHINA_TIME, conditions });
  },

  acknowledge: () => jsonAnswer({ message: '', result: 'success', status: true, statusCode: '0' }),
  refuse: (message) => jsonAnswer({ message, result: 'fail', status: false, statusCode: '1' }),
};
