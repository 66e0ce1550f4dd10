import { describe, expect, test } from '@jest/globals';
import { currentStatus, type DatedStatus } from '../../src/shipment/current-status';
import { SHIPMENT_STATUSES, PHASE_OF_STATUS, type ShipmentStatus } from '../../src/shipment/status';

const at = (hour: number, status: ShipmentStatus | null): DatedStatus => ({
  time: new Date(Date.UTC(2026, 1, 6, hour)).toISOString(),
  status,
});

/** Every order in which a handful of scans can arrive. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

describe('the status of a parcel', () => {
  test('is the latest scan of the farthest phase', () => {
    expect(currentStatus([at(1, 'picked_up'), at(2, 'in_transit'), at(3, 'in_transit')])).toEqual({
      status: 'in_transit',
      enteredAt: '2026-02-06T02:00:00.000Z',
      latestAt: '2026-02-06T03:00:00.000Z',
    });
  });

  test('is unknown while no scan has a status that we know', () => {
    expect(currentStatus([])).toBeNull();
    expect(currentStatus([at(1, null)])).toBeNull();
  });

  test.each<[string, DatedStatus[], ShipmentStatus]>([
    ['a delivered parcel is not in transit again', [at(1, 'delivered'), at(2, 'in_transit')], 'delivered'],
    ['a delivered parcel can be on its way back', [at(1, 'delivered'), at(2, 'returning')], 'returning'],
    [
      'a returned parcel is not delivered by a late scan',
      [at(1, 'returned'), at(2, 'delivered')],
      'returned',
    ],
    [
      'a second attempt follows a failed one',
      [at(1, 'out_for_delivery'), at(2, 'failed_attempt'), at(3, 'out_for_delivery')],
      'out_for_delivery',
    ],
    [
      'a parcel taken out of the locker is out for delivery',
      [at(1, 'available_for_pickup'), at(2, 'out_for_delivery')],
      'out_for_delivery',
    ],
    ['a problem is news', [at(1, 'in_transit'), at(2, 'exception')], 'exception'],
    [
      'a problem is over when the parcel moves on',
      [at(1, 'in_transit'), at(2, 'exception'), at(3, 'in_transit')],
      'in_transit',
    ],
    [
      'a problem scanned after the delivery changes nothing',
      [at(1, 'delivered'), at(2, 'exception')],
      'delivered',
    ],
    [
      'an old problem is forgotten in the next phase',
      [at(1, 'exception'), at(2, 'out_for_delivery')],
      'out_for_delivery',
    ],
    [
      'a parcel in the delivery phase does not fall back',
      [at(1, 'out_for_delivery'), at(2, 'in_transit')],
      'out_for_delivery',
    ],
    ['an unknown word moves nothing', [at(1, 'picked_up'), at(2, null)], 'picked_up'],
    [
      'in one second the scan that is farther along wins',
      [at(1, 'failed_attempt'), at(1, 'out_for_delivery')],
      'failed_attempt',
    ],
  ])('%s', (_sentence, events, expected) => {
    for (const order of permutations(events)) expect(currentStatus(order)?.status).toBe(expected);
  });

  test('never falls back a phase when one more scan arrives, whatever it is', () => {
    const story = [
      at(1, 'info_received'),
      at(2, 'picked_up'),
      at(4, 'in_transit'),
      at(6, 'out_for_delivery'),
      at(8, 'delivered'),
    ];
    for (let known = 1; known <= story.length; known += 1) {
      const before = currentStatus(story.slice(0, known))?.status ?? 'info_received';
      for (const status of SHIPMENT_STATUSES) {
        for (const hour of [0, 3, 5, 7, 9]) {
          const after = currentStatus([...story.slice(0, known), at(hour, status)])?.status ?? before;
          expect(PHASE_OF_STATUS[after] ?? 99).toBeGreaterThanOrEqual(PHASE_OF_STATUS[before] ?? 0);
        }
      }
    }
  });
});
