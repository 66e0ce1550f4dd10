import { describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { currentStatus } from '../../src/shipment/current-status';
import { easypost } from '../../src/sources/easypost';
import type { WebhookRequest } from '../../src/sources/source';
import { CONDITIONS, readPayload } from './requests';
import { onlyUpdate } from './read';
import { signEasypost } from './vectors/easypost';
import { ANY_AGE } from '../setup/any-age';

const PAYLOAD = readPayload('easypost.tracker-updated-float.json');
const SECRET = 'demo-sécret';
const verify = (request: WebhookRequest, ...secrets: string[]) =>
  easypost.verify?.(request, secrets, CONDITIONS);

const push = (tracker: object, change: object = {}) =>
  signEasypost(
    JSON.stringify({
      description: 'tracker.updated',
      mode: 'production',
      result: { tracking_code: 'EZ4000004000', carrier: 'USPS', ...tracker },
      ...change,
    }),
  );
const detail = (status: string, status_detail: string | null = null, change: object = {}) => ({
  message: 'text',
  status,
  status_detail,
  datetime: '2026-03-02T09:00:00Z',
  ...change,
});
const read = (tracker: object, change: object = {}) =>
  onlyUpdate(easypost.parse(push(tracker, change), CONDITIONS));

describe('a signature of EasyPost', () => {
  test('fits the bytes, with the secret in any Unicode form and among others', () => {
    expect(verify(PAYLOAD, SECRET.normalize('NFC'))).toEqual({ ok: true });
    expect(verify(PAYLOAD, SECRET.normalize('NFKD'))).toEqual({ ok: true });
    expect(verify(PAYLOAD, 'old', SECRET)).toEqual({ ok: true });
  });

  test('does not fit the body written anew', () => {
    const body = Buffer.from(JSON.stringify(JSON.parse(PAYLOAD.body.toString())));
    expect(verify({ ...PAYLOAD, body }, SECRET)).toMatchObject({ code: 'signature-invalid' });
  });

  test('made with the secret as it is typed is refused', () => {
    const digest = createHmac('sha256', SECRET.normalize('NFC')).update(PAYLOAD.body).digest('hex');
    const headers = { 'x-hmac-signature': `hmac-sha256-hex=${digest}` };
    expect(verify({ ...PAYLOAD, headers }, SECRET)).toMatchObject({ code: 'signature-invalid' });
  });

  test.each([
    [undefined, 'signature-missing'],
    ['', 'signature-missing'],
    ['hmac-sha256-hex=', 'signature-missing'],
    ['hmac-sha256-base64=AAAA', 'signature-missing'],
    [String(PAYLOAD.headers['x-hmac-signature']).slice('hmac-sha256-hex='.length), 'signature-missing'],
    [['a', 'b'], 'signature-missing'],
    ['hmac-sha256-hex=zz', 'signature-invalid'],
    [`hmac-sha256-hex=${'00'.repeat(32)}`, 'signature-invalid'],
  ])('that reads %j is refused', (signature, code) => {
    const headers = { 'x-hmac-signature': signature };
    expect(verify({ ...PAYLOAD, headers }, SECRET)).toMatchObject({ ok: false, code });
  });

  test('is refused where the only secret is empty', () => {
    expect(verify(signEasypost('{}', ''), '')).toMatchObject({ ok: false });
  });
});

describe('what EasyPost says', () => {
  test('is every detail of the sample, also in test mode', () => {
    const update = onlyUpdate(easypost.parse(PAYLOAD, CONDITIONS));
    expect(update).toMatchObject({ source: 'easypost', carrier: 'usps', trackingNo: 'EZ4000004000' });
    expect(update.events).toMatchObject([
      { time: '2026-03-01T18:20:02.000Z', status: 'in_transit', text: 'In transit' },
      { time: '2026-03-02T10:05:00.000Z', status: 'delivered', place: 'CHARLESTON, SC, US' },
    ]);
    expect(currentStatus(update.events, ANY_AGE.zone)?.status).toBe('delivered');
  });

  test.each([
    ['unknown', null, null],
    ['pre_transit', 'label_created', 'info_received'],
    ['in_transit', null, 'in_transit'],
    ['in_transit', 'unknown', 'in_transit'],
    ['in_transit', 'received_at_origin_facility', 'picked_up'],
    ['out_for_delivery', 'out_for_delivery', 'out_for_delivery'],
    ['available_for_pickup', null, 'available_for_pickup'],
    ['delivered', 'arrived_at_destination', 'delivered'],
    ['return_to_sender', 'return', 'returning'],
    ['failure', null, 'exception'],
    ['cancelled', null, 'exception'],
    ['error', null, 'exception'],
  ])('%s with %s is %s', (status, fine, meaning) => {
    const { events } = read({ tracking_details: [detail(status, fine)] });
    expect(events).toMatchObject([{ status: meaning }]);
  });

  test.each([
    [{ is_return: true, finalized: true }, 'returned'],
    [{ is_return: true, finalized: false }, 'returning'],
    [{ is_return: false, finalized: true }, 'delivered'],
  ])('delivered, of %j, is %s', (tracker, status) => {
    const { events } = read({ ...tracker, status: 'delivered', tracking_details: [detail('delivered')] });
    expect(events).toMatchObject([{ status }]);
  });

  test('is its status alone where there are no details', () => {
    const { events } = read({
      status: 'failure',
      updated_at: '2026-03-02T10:00:00Z',
      tracking_details: null,
    });
    expect(events).toMatchObject([{ status: 'exception', time: '2026-03-02T10:00:00.000Z' }]);
  });

  test('is a scan of its own where the status goes beyond the details', () => {
    const { events } = read({ status: 'out_for_delivery', tracking_details: [detail('in_transit')] });
    expect(currentStatus(events, ANY_AGE.zone)?.status).toBe('out_for_delivery');
  });

  test('also comes when a tracker is made', () => {
    expect(read({ status: 'pre_transit' }, { description: 'tracker.created' }).events).toMatchObject([
      { status: 'info_received' },
    ]);
  });

  test.each(['batch.updated', 'payment.created', 'tracker.deleted', ''])(
    'is nothing about %j',
    (description) => {
      expect(easypost.parse(push({}, { description }), CONDITIONS)).toMatchObject({
        updates: [],
        flaws: [{ code: 'not-tracking', where: description }],
      });
    },
  );
});
