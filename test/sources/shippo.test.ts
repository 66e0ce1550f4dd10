import { describe, expect, test } from '@jest/globals';
import { currentStatus } from '../../src/shipment/current-status';
import { shippo } from '../../src/sources/shippo';
import type { WebhookRequest } from '../../src/sources/source';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { CONDITIONS, NOW, readPayload } from './requests';
import { onlyUpdate } from './read';
import { signShippo } from './vectors/shippo';
import { ANY_AGE } from '../setup/any-age';

const SECRET = 'shippo-demo-secret';
const PAYLOAD = readPayload('shippo.pickup-test-flag.json');
const HEADER = String(PAYLOAD.headers['shippo-auth-signature']);
const verify = (request: WebhookRequest, secrets: string[] = [SECRET], conditions = CONDITIONS) =>
  shippo.verify?.(request, secrets, conditions);

const push = (data: object, change: object = {}) =>
  signShippo(
    JSON.stringify({
      event: 'track_updated',
      data: { carrier: 'usps', tracking_number: 'SHIPPO000001', tracking_history: [], ...data },
      ...change,
    }),
  );
const state = (status: string, code: string | null = null, change: object = {}) => ({
  status,
  substatus: code === null ? null : { code },
  status_details: 'text',
  status_date: '2026-03-02T09:00:00Z',
  ...change,
});
const read = (data: object) => onlyUpdate(shippo.parse(push(data), CONDITIONS));

describe('a signature of Shippo', () => {
  test.each([
    [-300, { ok: true }],
    [300, { ok: true }],
    [-301, { ok: false, code: 'signature-expired' }],
    [301, { ok: false, code: 'signature-expired' }],
  ])('that is %i s away is judged by the tolerance', (seconds, verdict) => {
    const now = NOW + seconds * 1000;
    expect(verify(PAYLOAD, [SECRET], { ...CONDITIONS, now })).toMatchObject(verdict);
    const patient = { ...CONDITIONS, now, toleranceSeconds: 301 };
    expect(verify(PAYLOAD, [SECRET], patient)).toMatchObject({ ok: true });
  });

  test('over a time that is no number counts as expired', () => {
    expect(verify(signShippo('{}', SECRET, 'soon'))).toMatchObject({ code: 'signature-expired' });
  });

  test.each([
    [undefined, 'signature-missing'],
    ['', 'signature-missing'],
    [HEADER.split(',')[0], 'signature-missing'],
    [HEADER.split(',')[1], 'signature-missing'],
    ['t=,v1=', 'signature-missing'],
    [HEADER.replace('v1=', 'v2='), 'signature-missing'],
    [[HEADER], 'signature-missing'],
    [HEADER.replace('t=1', 't=2'), 'signature-invalid'],
    ['t=1772446800,v1=zz', 'signature-invalid'],
    ['__proto__=1,t=1772446800,v1=00', 'signature-invalid'],
  ])('that reads %j is refused', (header, code) => {
    const headers = { 'shippo-auth-signature': header };
    expect(verify({ ...PAYLOAD, headers })).toMatchObject({ ok: false, code });
  });
});

describe('what Shippo says', () => {
  test('is the state of the sample, though it is a test without a history', () => {
    const update = onlyUpdate(shippo.parse(PAYLOAD, CONDITIONS));
    expect(update).toMatchObject({ source: 'shippo', carrier: 'shippo', trackingNo: 'SHIPPO_DELIVERED' });
    expect(update.events).toMatchObject([
      {
        time: '2026-03-02T10:05:00.000Z',
        status: 'available_for_pickup',
        rawStatus: 'pickup_available',
        place: 'Chicago, IL, US',
      },
    ]);
  });

  test.each([
    ['UNKNOWN', 'other', null],
    ['PRE_TRANSIT', 'information_received', 'info_received'],
    ['TRANSIT', null, 'in_transit'],
    ['TRANSIT', 'package_departed', 'in_transit'],
    ['TRANSIT', 'package_accepted', 'picked_up'],
    ['TRANSIT', 'out_for_delivery', 'out_for_delivery'],
    ['TRANSIT', 'pickup_available', 'available_for_pickup'],
    ['TRANSIT', 'delivery_attempted', 'failed_attempt'],
    ['TRANSIT', 'notice_left', 'failed_attempt'],
    ['TRANSIT', 'location_inaccessible', 'failed_attempt'],
    ['TRANSIT', 'package_held', 'exception'],
    ['TRANSIT', 'package_damaged', 'exception'],
    ['TRANSIT', 'address_issue', 'exception'],
    ['TRANSIT', 'contact_carrier', 'exception'],
    ['DELIVERED', 'delivered', 'delivered'],
    ['RETURNED', 'return_to_sender', 'returning'],
    ['FAILURE', 'package_lost', 'exception'],
  ])('%s with %s is %s', (status, code, meaning) => {
    expect(read({ tracking_status: state(status, code) }).events).toMatchObject([{ status: meaning }]);
  });

  test('tells the state and the history once, whatever their ids', () => {
    const now = state('TRANSIT', 'out_for_delivery');
    const before = state('TRANSIT', null, { status_date: '2026-03-01T09:00:00Z', object_id: 'a' });
    const told = (object_id: string) =>
      read({
        tracking_status: { ...now, object_id },
        tracking_history: [before, { ...now, object_id: 'other' }],
      });
    expect(told('b').events).toHaveLength(2);
    expect(deliveryWorkflowId(told('c'))).toBe(deliveryWorkflowId(told('b')));
  });

  test('is the state after the history where it has no time', () => {
    const { events } = read({
      tracking_status: state('DELIVERED', null, { status_date: null }),
      tracking_history: [state('TRANSIT')],
    });
    expect(currentStatus(events, ANY_AGE.zone)?.status).toBe('delivered');
  });

  test.each([{ event: 'transaction_updated' }, { event: 'batch_purchased' }, { event: undefined }])(
    'is nothing about %j',
    (change) => {
      expect(shippo.parse(push({}, change), CONDITIONS)).toMatchObject({
        updates: [],
        flaws: [{ code: 'not-tracking' }],
      });
    },
  );

  test('is of no waybill where it is a transaction of an older version', () => {
    const parsed = shippo.parse(push({ carrier: undefined, tracking_status: 'TRANSIT' }), CONDITIONS);
    expect(parsed).toMatchObject({ updates: [], flaws: [{ code: 'row-unusable' }] });
  });
});
