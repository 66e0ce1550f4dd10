import { describe, expect, test } from '@jest/globals';
import { currentStatus } from '../../src/shipment/current-status';
import { aftership } from '../../src/sources/aftership';
import type { WebhookRequest } from '../../src/sources/source';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { CONDITIONS, readPayload } from './requests';
import { onlyUpdate } from './read';
import { signAftership, vectors } from './vectors/aftership';
import { ANY_AGE } from '../setup/any-age';

const PAYLOAD = readPayload('aftership.tracking-update.json');
const verify = (request: WebhookRequest, ...secrets: string[]) =>
  aftership.verify?.(request, secrets, CONDITIONS);

const push = (msg: object, change: object = {}) =>
  signAftership(
    JSON.stringify({
      event: 'tracking_update',
      event_id: 'e-1',
      msg: { tracking_number: '1Z0000000000000001', slug: 'ups', ...msg },
      ts: 1772446800,
      ...change,
    }),
  );
const checkpoint = (tag: string, subtag = '', change: object = {}) => ({
  checkpoint_time: '2026-03-02T09:00:00',
  message: 'text',
  slug: 'ups',
  tag,
  subtag,
  created_at: '2026-03-02T09:30:00+00:00',
  ...change,
});
const read = (msg: object, change: object = {}) => onlyUpdate(aftership.parse(push(msg, change), CONDITIONS));

describe('a signature of AfterShip', () => {
  test.each([
    ['no header', {}, 'signature-missing'],
    ['an empty one', { 'aftership-hmac-sha256': '' }, 'signature-missing'],
    ['the header twice', { 'aftership-hmac-sha256': ['a', 'b'] }, 'signature-missing'],
    ['the header of another product', { 'as-signature-hmac-sha256': 'x' }, 'signature-missing'],
    ['hex digits', { 'aftership-hmac-sha256': 'ab'.repeat(32) }, 'signature-invalid'],
  ])('is refused with %s', (_, headers, code) => {
    expect(verify({ body: PAYLOAD.body, headers }, vectors.secret ?? '')).toMatchObject({ ok: false, code });
  });
});

describe('what AfterShip says', () => {
  test('is every checkpoint of the sample, and its status', () => {
    const update = onlyUpdate(aftership.parse(PAYLOAD, CONDITIONS));
    expect(update).toMatchObject({ source: 'aftership', carrier: 'ups', trackingNo: '1Z0000000000000001' });
    expect(update.events).toMatchObject([
      { time: '2026-03-01T18:20:02.000Z', status: 'picked_up', place: 'Leipzig, DEU' },
      { time: '2026-03-02T11:05:00.000Z', status: 'failed_attempt', text: 'Kunde nicht angetroffen 🚪' },
    ]);
    expect(currentStatus(update.events, ANY_AGE.zone)?.status).toBe('failed_attempt');
  });

  test.each([
    ['Pending', '', null],
    ['InfoReceived', 'InfoReceived_001', 'info_received'],
    ['InTransit', 'InTransit_001', 'in_transit'],
    ['InTransit', 'InTransit_002', 'picked_up'],
    ['InTransit', 'InTransit_005', 'customs'],
    ['InTransit', 'InTransit_006', 'customs'],
    ['OutForDelivery', 'OutForDelivery_001', 'out_for_delivery'],
    ['OutForDelivery', 'OutForDelivery_002', 'available_for_pickup'],
    ['AvailableForPickup', 'AvailableForPickup_001', 'available_for_pickup'],
    ['AttemptFail', 'AttemptFail_002', 'failed_attempt'],
    ['Delivered', 'Delivered_004', 'delivered'],
    ['Exception', 'Exception_013', 'exception'],
    ['Exception', 'Exception_004', 'customs'],
    ['Exception', 'Exception_010', 'returning'],
    ['Exception', 'Exception_011', 'returned'],
    ['Expired', 'Expired_001', 'expired'],
    ['Delivered', 'Delivered_099', 'delivered'],
    ['Delivered', '', 'delivered'],
  ])('%s with %s is %s', (tag, subtag, status) => {
    const { events } = read({ checkpoints: [checkpoint(tag, subtag)] });
    expect(events).toMatchObject([{ status, rawStatus: subtag || tag }]);
  });

  test('is a scan of its own where the tag is newer than the checkpoints', () => {
    const msg = { tag: 'Expired', subtag: 'Expired_001', checkpoints: [checkpoint('InTransit')] };
    const update = read(msg);
    expect(update.events).toHaveLength(2);
    expect(currentStatus(update.events, ANY_AGE.zone)).toMatchObject({ status: 'expired' });
    const again = read(msg, { ts: 1772446900, event_id: 'e-2' });
    expect(deliveryWorkflowId(again)).toBe(deliveryWorkflowId(update));
  });

  test('is never older than its checkpoints when those are in local time', () => {
    const { events } = read({
      tag: 'AttemptFail',
      checkpoints: [checkpoint('OutForDelivery', '', { checkpoint_time: '2026-03-02T18:00:00' })],
    });
    expect(currentStatus(events, ANY_AGE.zone)?.status).toBe('failed_attempt');
  });

  test('is a scan even without any checkpoint', () => {
    expect(read({ tag: 'InfoReceived', subtag: 'InfoReceived_001' }).events).toMatchObject([
      { status: 'info_received', time: '2026-03-02T10:20:00.000Z' },
    ]);
  });

  test('is nothing yet while it is pending', () => {
    const pending = push({ tag: 'Pending', subtag: 'Pending_001', checkpoints: [] });
    expect(aftership.parse(pending, CONDITIONS)).toEqual({ updates: [], flaws: [] });
  });

  test('has the time of its record where the carrier gave none', () => {
    const { events } = read({ checkpoints: [checkpoint('InTransit', '', { checkpoint_time: null })] });
    expect(events).toMatchObject([{ time: '2026-03-02T09:30:00.000Z' }]);
  });

  test('is in the zone of the channel where the carrier gave no offset', () => {
    const request = push({ checkpoints: [checkpoint('InTransit')] });
    const { events } = onlyUpdate(aftership.parse(request, { ...CONDITIONS, zone: 'Europe/Berlin' }));
    expect(events).toMatchObject([{ time: '2026-03-02T08:00:00.000Z' }]);
  });

  test('keeps a word that is new, and says so', () => {
    const parsed = aftership.parse(push({ checkpoints: [checkpoint('Teleported')] }), CONDITIONS);
    expect(parsed.flaws).toMatchObject([{ code: 'status-unknown', where: '1Z0000000000000001' }]);
    expect(onlyUpdate(parsed).events).toMatchObject([{ status: null, rawStatus: 'Teleported' }]);
  });

  test.each(['edd_revise', 'tracking_pending_time'])('is nothing when it says %s', (event) => {
    expect(aftership.parse(push({}, { event }), CONDITIONS)).toMatchObject({
      updates: [],
      flaws: [{ code: 'not-tracking', where: event }],
    });
  });
});
