import { describe, expect, test } from '@jest/globals';
import { ship24 } from '../../src/sources/ship24';
import type { WebhookRequest } from '../../src/sources/source';
import { CONDITIONS, readPayload } from './requests';
import { onlyUpdate } from './read';
import { bearShip24 } from './vectors/ship24';

const SECRET = 'ship24-demo-bearer';
const PAYLOAD = readPayload('ship24.two-trackings.json');
const verify = (request: WebhookRequest, ...secrets: string[]) =>
  ship24.verify?.(request, secrets, CONDITIONS);

const tracking = (event: object, change: object = {}) => ({
  metadata: { messageId: 'm-1' },
  tracker: { trackingNumber: 'S24DEMO001' },
  shipment: {},
  events: [
    {
      eventId: 'e-1',
      trackingNumber: 'S24DEMO001',
      status: 'text',
      occurrenceDatetime: '2026-03-02T09:00:00+01:00',
      courierCode: 'dhl',
      location: null,
      ...event,
    },
  ],
  ...change,
});
const parse = (...trackings: unknown[]) =>
  ship24.parse(bearShip24(JSON.stringify({ trackings })), CONDITIONS);
const read = (event: object, change: object = {}) => onlyUpdate(parse(tracking(event, change)));

describe('the token of Ship24', () => {
  test('is any of several secrets', () => {
    expect(verify(PAYLOAD, 'old', SECRET)).toEqual({ ok: true });
    expect(verify(PAYLOAD, 'old', '')).toMatchObject({ ok: false, code: 'signature-invalid' });
  });

  test.each([
    [undefined, 'signature-missing'],
    ['', 'signature-missing'],
    ['Bearer', 'signature-missing'],
    ['Bearer ', 'signature-missing'],
    [`Basic ${SECRET}`, 'signature-missing'],
    [SECRET, 'signature-missing'],
    [[`Bearer ${SECRET}`], 'signature-missing'],
    [`Bearer ${SECRET}x`, 'signature-invalid'],
    [`Bearer  ${SECRET}`, 'signature-invalid'],
    [`Bearer ${SECRET.toUpperCase()}`, 'signature-invalid'],
  ])('is not %j', (authorization, code) => {
    const request = { body: PAYLOAD.body, headers: { authorization } };
    expect(verify(request, SECRET, '')).toMatchObject({ ok: false, code });
  });
});

describe('what Ship24 says', () => {
  test('is two waybills in the sample, one time without an offset and one date alone', () => {
    const { updates, flaws } = ship24.parse(PAYLOAD, CONDITIONS);
    expect(flaws).toEqual([]);
    expect(updates).toMatchObject([
      {
        source: 'ship24',
        carrier: 'dhl',
        trackingNo: 'S24DEMO001',
        events: [
          {
            key: 'id:00000000-0000-4000-8000-00000000d001',
            time: '2026-03-02T11:05:00.000Z',
            status: 'delivered',
          },
        ],
      },
      { trackingNo: 'S24DEMO002', events: [{ time: '2026-03-02T00:00:00.000Z', status: 'returning' }] },
    ]);
  });

  test.each([
    ['pending', null],
    ['info_received', 'info_received'],
    ['in_transit', 'in_transit'],
    ['out_for_delivery', 'out_for_delivery'],
    ['failed_attempt', 'failed_attempt'],
    ['available_for_pickup', 'available_for_pickup'],
    ['delivered', 'delivered'],
    ['exception', 'exception'],
  ])('the milestone %s is %s', (statusMilestone, status) => {
    expect(read({ statusMilestone, statusCode: null }).events).toMatchObject([{ status }]);
  });

  test.each([
    ['data_order_created', 'info_received', 'info_received'],
    ['data_order_cancelled', 'info_received', 'exception'],
    ['transit_handover', 'in_transit', 'picked_up'],
    ['destination_arrival', 'in_transit', 'in_transit'],
    ['customs_received', 'in_transit', 'customs'],
    ['customs_exception', 'exception', 'customs'],
    ['customs_rejected', 'exception', 'customs'],
    ['customs_cleared', 'in_transit', 'customs'],
    ['customs_of_tomorrow', 'in_transit', 'customs'],
    ['delivery_available_for_pickup', 'available_for_pickup', 'available_for_pickup'],
    ['delivery_out_for_delivery', 'out_for_delivery', 'out_for_delivery'],
    ['delivery_attempted', 'failed_attempt', 'failed_attempt'],
    ['delivery_exception', 'exception', 'exception'],
    ['delivery_refused', 'exception', 'exception'],
    ['delivery_delivered', 'delivered', 'delivered'],
    ['exception_return', 'exception', 'returning'],
    ['exception_return_initiated', 'exception', 'returning'],
    ['exception_lost', 'exception', 'exception'],
    ['exception_discarded', 'exception', 'exception'],
  ])('the code %s at the milestone %s is %s', (statusCode, statusMilestone, status) => {
    expect(read({ statusCode, statusMilestone }).events).toMatchObject([{ status, rawStatus: statusCode }]);
  });

  test('is one update for a number that comes twice', () => {
    const update = onlyUpdate(parse(tracking({}), tracking({ eventId: 'e-2' })));
    expect(update.events.map(({ key }) => key)).toEqual(['id:e-1', 'id:e-2']);
  });

  test('is filed under Ship24 where no courier is named', () => {
    expect(read({ courierCode: null }).carrier).toBe('ship24');
  });

  test('is the milestone of the shipment where no event comes', () => {
    const shipment = { statusMilestone: 'delivered', statusCode: 'delivery_delivered' };
    expect(read({}, { shipment, events: [] }).events).toMatchObject([{ status: 'delivered' }]);
    expect(read({ statusMilestone: 'in_transit' }, { shipment }).events).toMatchObject([
      { status: 'in_transit' },
    ]);
  });

  test('reads past a bad row', () => {
    const { updates, flaws } = parse(null, tracking({}, { tracker: {}, events: [{}] }), tracking({}));
    expect(updates).toHaveLength(1);
    expect(flaws.map(({ code }) => code)).toEqual(['row-unusable']);
  });

  test('is nothing without trackings', () => {
    expect(ship24.parse(bearShip24('{"ping":true}'), CONDITIONS)).toMatchObject({
      updates: [],
      flaws: [{ code: 'not-tracking', where: 'ping' }],
    });
  });
});

test('the answers of Ship24 say success in its own words', () => {
  expect(JSON.parse(ship24.refuse!('later').body)).toEqual({ success: false, message: 'later' });
});
