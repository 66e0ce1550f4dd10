import { describe, expect, test } from '@jest/globals';
import { endsPickup, pickupCodesOf, type UnmaskedScan } from '../../src/shipment/pickup-wait';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '../../src/shipment/status';

const NOW = Date.parse('2026-03-10T12:00:00.000Z');
const HOUR_MS = 3_600_000;

const ago = (hours: number, status: ShipmentStatus | null, text = ''): UnmaskedScan => ({
  ...{ time: new Date(NOW - hours * HOUR_MS).toISOString(), status, text },
});
const of = (...scans: UnmaskedScan[]): readonly string[] =>
  pickupCodesOf(scans, 'YT7731234567890', NOW)?.codes ?? [];

const LOCKER = '已存入丰巢，取件码8-2-1234';

describe('the codes with which a parcel is collected', () => {
  test('are those of its newest scan that says some', () => {
    expect(of(ago(5, 'in_transit'), ago(2, 'available_for_pickup', LOCKER))).toEqual(['8-2-1234']);
    const moved = ago(1, 'available_for_pickup', '已移至货架，取件码5566');
    expect(of(moved, ago(2, 'available_for_pickup', LOCKER))).toEqual(['5566']);
  });

  test('stay through reminders, problems, words that nobody knows and scans of the road', () => {
    const locker = ago(9, 'available_for_pickup', LOCKER);
    const reminder = ago(8, 'available_for_pickup', '请尽快取件');
    expect(of(locker, reminder, ago(7, 'exception'), ago(6, null), ago(5, 'in_transit'))).toEqual([
      '8-2-1234',
    ]);
  });

  test.each(SHIPMENT_STATUSES.filter(endsPickup))('are gone once a parcel is %s', (status) => {
    expect(of(ago(9, 'available_for_pickup', LOCKER), ago(8, status))).toEqual([]);
  });

  test('end with what comes after a place to collect it, and with nothing else', () => {
    expect(SHIPMENT_STATUSES.filter(endsPickup)).toEqual(
      SHIPMENT_STATUSES.filter((status) =>
        ['out_for_delivery', 'failed_attempt', 'delivered', 'returning', 'returned'].includes(status),
      ),
    );
  });

  test('are told by no other scan: the code of a door is for the courier', () => {
    expect(of(ago(1, 'out_for_delivery', '取件码8-2-1234'))).toEqual([]);
    expect(of(ago(1, null, LOCKER))).toEqual([]);
  });

  test('are not older than seven days, and never from tomorrow', () => {
    expect(of(ago(7 * 24 - 1, 'available_for_pickup', LOCKER))).toEqual(['8-2-1234']);
    expect(of(ago(7 * 24, 'available_for_pickup', LOCKER))).toEqual([]);
    const early = pickupCodesOf([ago(-20, 'available_for_pickup', LOCKER)], 'X', NOW);
    expect(early?.scannedAt).toBe(new Date(NOW).toISOString());
  });
});
