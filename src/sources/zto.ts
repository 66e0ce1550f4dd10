import { buildUpdates } from './reading/update';
import { CHINA_TIME } from './reading/times';
import { fromBase64 } from './reading/proof';
import { readFieldJson, verifySignedForm } from './reading/form';
import { bodyUnreadable, jsonAnswer, notTracking } from './reading/answers';
import { textOf, type Fields } from './reading/json';
import type { ShipmentStatus } from '../shipment/status';
import type { Source } from './source';

/** Actions of which only the beginning is known; RETURN and PROBLEM come with many endings. */
const BEGINNINGS: readonly (readonly [string, ShipmentStatus])[] = [
  ['RETURN', 'returning'],
  ['PROBLEM', 'exception'],
];

/** `returnType` of a RETURN_SCAN: to the branch or the sender, to a new address, back after a refusal, … */
const RETURN_TYPES = new Map<string, ShipmentStatus>([
  ['1', 'returning'],
  ['2', 'returning'],
  ['3', 'in_transit'],
  ['4', 'returning'],
  ['5', 'returning'],
  ['6', 'in_transit'],
  ['10', 'returning'],
]);

/**
 * ZTO 中通, push of traces: one scan in every request, in any order, some twice.
 *
 * Format and signature: integrators' code; three logged real requests fit the signature, but their secret is not
 * ours to print. The digest is over the bytes as they were sent, UTF-8 or GBK. Answer: integrators' code, the codes
 * of a refusal are assumed. The values of `returnType`: integrators' code for ZTO's query of traces, whose field it is.
 */
export const zto: Source = {
  name: 'zto',
  title: 'ZTO 中通',
  mediaTypes: ['application/x-www-form-urlencoded', 'application/json'],
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
    // a way back, or a new address: see `meaningOfReturnScan`
    RETURN_SCAN: 'returning',
    // signed for by the sender
    RETURN_SIGNED: 'returned',
    // of any problemCode: none is published, and none promises another attempt
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
    const status = meaningOf(data.fields);
    const scan = {
      time: field('actionTime'),
      code: action,
      text: field('desc'),
      place: [field('city'), field('facilityName')].filter((name) => name !== '').join(' '),
      identity: [action, field('facilityCode')],
      ...(status !== undefined && { status }),
    };
    const said = { carrier: 'zto', trackingNo: field('billCode'), scans: [scan] };
    return buildUpdates([said], { source: zto, zone: CHINA_TIME, conditions });
  },

  acknowledge: () => jsonAnswer({ message: '', result: 'success', status: true, statusCode: '0' }),
  refuse: (message) => jsonAnswer({ message, result: 'fail', status: false, statusCode: '1' }),
};

/** @returns `undefined` where the action alone says it */
function meaningOf(said: Fields): ShipmentStatus | undefined {
  const action = textOf(said['action']);
  if (action === 'RETURN_SCAN') return meaningOfReturnScan(said);
  if (Object.hasOwn(zto.statusTable, action)) return undefined;
  return BEGINNINGS.find(([word]) => action.startsWith(word))?.[1];
}

/** A way back, or on to a new address. The newer field, in words, goes before the older number. */
function meaningOfReturnScan(said: Fields): ShipmentStatus {
  const [newer = '', older = '', text = ''] = ['returnUpdateType', 'returnType', 'desc'].map((name) =>
    textOf(said[name]),
  );
  return inWords(newer) ?? RETURN_TYPES.get(older) ?? inWords(older) ?? inWords(text) ?? 'returning';
}

/** @returns `undefined` for words that say both, 退 back and 改 changed, or neither */
function inWords(words: string): ShipmentStatus | undefined {
  const [back, changed] = [words.includes('退'), words.includes('改')];
  if (back === changed) return undefined;
  return back ? 'returning' : 'in_transit';
}
