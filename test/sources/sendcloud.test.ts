import { describe, expect, test } from '@jest/globals';
import { sendcloud } from '../../src/sources/sendcloud';
import type { WebhookRequest } from '../../src/sources/source';
import { CONDITIONS } from './requests';
import { onlyUpdate } from './read';
import { signSendcloud, vectors } from './vectors/sendcloud';

const SECRET = 'sendcloud-demo-secret';
const PAYLOAD = vectors.genuine[0]?.request as WebhookRequest;
const verify = (request: WebhookRequest, ...secrets: string[]) =>
  sendcloud.verify?.(request, secrets, CONDITIONS);

const push = (parcel: object, change: object = {}) =>
  signSendcloud(
    JSON.stringify({
      action: 'parcel_status_changed',
      timestamp: 1772446800,
      carrier_status_change_timestamp: null,
      parcel: { tracking_number: '3SDEMO000000001', carrier: { code: 'postnl' }, ...parcel },
      ...change,
    }),
  );
const read = (parcel: object, change: object = {}) =>
  onlyUpdate(sendcloud.parse(push(parcel, change), CONDITIONS));

describe('a signature of Sendcloud', () => {
  test('made with an empty secret proves nothing', () => {
    expect(verify(signSendcloud('{}', ''), '')).toMatchObject({ ok: false });
  });

  test.each([
    [undefined, 'signature-missing'],
    ['', 'signature-missing'],
    [['ab'], 'signature-missing'],
    ['abc', 'signature-invalid'],
    ['00'.repeat(32), 'signature-invalid'],
  ])('that reads %j is refused', (signature, code) => {
    const request = { body: PAYLOAD.body, headers: { 'sendcloud-signature': signature } };
    expect(verify(request, SECRET)).toMatchObject({ ok: false, code });
  });
});

describe('what Sendcloud says', () => {
  test('is one scan, at the time of the carrier', () => {
    expect(onlyUpdate(sendcloud.parse(PAYLOAD, CONDITIONS))).toMatchObject({
      source: 'sendcloud',
      carrier: 'postnl',
      trackingNo: '3SDEMO000000001',
      events: [
        {
          time: '2026-03-02T10:15:00.000Z',
          status: 'out_for_delivery',
          rawStatus: '92',
          text: 'Driver en route',
        },
      ],
    });
  });

  test.each(Object.entries(sendcloud.statusTable))('%s is %s', (id, status) => {
    expect(read({ status: { id: Number(id), message: 'text' } }).events).toMatchObject([{ status }]);
  });

  test.each([
    [1772446800, '2026-03-02T10:20:00.000Z'],
    [1772446800123, '2026-03-02T10:20:00.123Z'],
  ])('at %i is at %s', (timestamp, time) => {
    expect(read({ status: { id: 11 } }, { timestamp }).events).toMatchObject([{ time }]);
  });

  test.each([null, 0, -1, 1e300, 'soon'])('at %j has no time', (timestamp) => {
    const { flaws, updates } = sendcloud.parse(push({ status: { id: 11 } }, { timestamp }), CONDITIONS);
    expect(flaws).toMatchObject([{ code: 'time-unusable' }]);
    expect(updates).toHaveLength(1);
  });

  test('is that a return parcel has come back', () => {
    expect(read({ is_return: true, status: { id: 11 } }).events).toMatchObject([{ status: 'returned' }]);
  });

  test.each([
    [{ code: null, name: 'Chronopost' }, 'chronopost'],
    [undefined, 'sendcloud'],
  ])('names its carrier, as in %j', (carrier, name) => {
    expect(read({ carrier, status: { id: 11 } }).carrier).toBe(name);
  });

  test.each(['integration_connected', 'integration_deleted', 'refund_requested', ''])(
    'is nothing about %j',
    (action) => {
      expect(sendcloud.parse(push({}, { action }), CONDITIONS)).toMatchObject({
        updates: [],
        flaws: [{ code: 'not-tracking', where: action }],
      });
    },
  );
});
