import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { currentStatus, type DatedStatus } from '../../src/shipment/current-status';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '../../src/shipment/status';
import { ANY_AGE } from '../setup/any-age';

const at = (hour: number, status: ShipmentStatus | null): DatedStatus => ({
  time: new Date(Date.UTC(2026, 1, 6, hour)).toISOString(),
  status,
});
const statusOf = (...events: DatedStatus[]): ShipmentStatus | undefined =>
  currentStatus(events, ANY_AGE.zone)?.status;

/** Every order in which a handful of scans can arrive. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

describe('the status of a parcel', () => {
  test('is the last scan that may follow the one before', () => {
    const events = [at(1, 'picked_up'), at(2, 'in_transit'), at(3, 'in_transit')];
    expect(currentStatus(events, ANY_AGE.zone)).toEqual({
      status: 'in_transit',
      enteredAt: '2026-02-06T02:00:00.000Z',
      latestAt: '2026-02-06T03:00:00.000Z',
    });
  });

  test('is unknown while no scan has a status that we know', () => {
    expect(statusOf()).toBeUndefined();
    expect(statusOf(at(1, null))).toBeUndefined();
  });

  test.each<[string, DatedStatus[], ShipmentStatus]>([
    ['a delivered parcel is not in transit again', [at(1, 'delivered'), at(2, 'in_transit')], 'delivered'],
    [
      'nor at customs, nor a problem',
      [at(1, 'delivered'), at(2, 'customs'), at(3, 'exception')],
      'delivered',
    ],
    ['a delivered parcel can be on its way back', [at(1, 'delivered'), at(2, 'returning')], 'returning'],
    [
      'a delivery by mistake is over when the courier has the parcel',
      [at(1, 'delivered'), at(2, 'out_for_delivery')],
      'out_for_delivery',
    ],
    [
      'a return that was called off is over',
      [at(1, 'out_for_delivery'), at(2, 'returning'), at(3, 'out_for_delivery')],
      'out_for_delivery',
    ],
    ['the road of a return is still a return', [at(1, 'returning'), at(2, 'in_transit')], 'returning'],
    [
      'a parcel that was to go back can be collected after all',
      [at(1, 'available_for_pickup'), at(2, 'returning'), at(3, 'delivered')],
      'delivered',
    ],
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
      'an old problem is forgotten further on',
      [at(1, 'exception'), at(2, 'out_for_delivery')],
      'out_for_delivery',
    ],
    [
      'a parcel with the courier does not fall back',
      [at(1, 'out_for_delivery'), at(2, 'in_transit')],
      'out_for_delivery',
    ],
    ['an unknown word moves nothing', [at(1, 'picked_up'), at(2, null)], 'picked_up'],
    [
      'in one second the scan that is farther along wins',
      [at(1, 'failed_attempt'), at(1, 'out_for_delivery')],
      'failed_attempt',
    ],
    [
      'a locker in the second of a failed attempt says where to collect it',
      [at(0, 'out_for_delivery'), at(1, 'failed_attempt'), at(1, 'available_for_pickup')],
      'available_for_pickup',
    ],
  ])('%s', (_sentence, events, expected) => {
    for (const order of permutations(events)) expect(statusOf(...order)).toBe(expected);
  });

  test('begins anew on the next day of the shop, when the courier takes it again', () => {
    // 09:00, 20:00 and 09:00 in Shanghai.
    const days = [at(1, 'out_for_delivery'), at(12, 'out_for_delivery'), at(25, 'out_for_delivery')];
    expect(currentStatus(days, 'Asia/Shanghai')?.enteredAt).toBe(at(25, null).time);
    expect(currentStatus(days.slice(0, 2), 'Asia/Shanghai')?.enteredAt).toBe(at(1, null).time);
    // 17:00, 04:00 and 17:00 in Los Angeles, where the first two are of two days.
    expect(currentStatus(days.slice(0, 2), 'America/Los_Angeles')?.enteredAt).toBe(at(12, null).time);
  });
});

describe('a signature while the parcel is on its way back', () => {
  const unproven = (...statuses: ShipmentStatus[]): boolean | undefined =>
    currentStatus(
      statuses.map((status, hour) => at(hour, status)),
      ANY_AGE.zone,
    )?.unproven;

  test('may be the sender’s', () => {
    expect(unproven('out_for_delivery', 'returning', 'delivered')).toBe(true);
    expect(unproven('delivered', 'returning', 'in_transit', 'delivered')).toBe(true);
    expect(unproven('returning', 'in_transit', 'out_for_delivery', 'delivered')).toBe(true);
  });

  test('is the buyer’s once the return was called off before the parcel had left', () => {
    expect(unproven('returning', 'out_for_delivery', 'delivered')).toBeUndefined();
    expect(unproven('returning', 'available_for_pickup', 'in_transit', 'delivered')).toBeUndefined();
    expect(unproven('out_for_delivery', 'delivered')).toBeUndefined();
  });
});

describe('a word about silence', () => {
  test('stands while nothing has arrived after it', () => {
    expect(statusOf(at(1, 'in_transit'), at(9, 'expired'))).toBe('expired');
    expect(statusOf(at(9, 'expired'))).toBe('expired');
  });

  test('is void as soon as a scan arrives, also one that was made before it or says nothing', () => {
    expect(statusOf(at(1, 'in_transit'), at(9, 'expired'), at(5, 'out_for_delivery'))).toBe(
      'out_for_delivery',
    );
    expect(statusOf(at(2, 'in_transit'), at(9, 'expired'), at(1, 'in_transit'))).toBe('in_transit');
    expect(statusOf(at(2, 'in_transit'), at(9, 'expired'), at(3, null))).toBe('in_transit');
  });

  test('says nothing of a parcel that has arrived', () => {
    for (const end of ['delivered', 'returned'] as const)
      expect(statusOf(at(1, end), at(9, 'expired'))).toBe(end);
  });
});

test('the order of arrival never matters to the status', () => {
  const scan = fc.record({
    hour: fc.integer({ min: 0, max: 40 }),
    status: fc.constantFrom(...SHIPMENT_STATUSES.filter((status) => status !== 'expired'), null),
  });
  fc.assert(
    fc.property(
      fc
        .array(scan, { maxLength: 12 })
        .chain((scans) =>
          fc.tuple(fc.constant(scans), fc.shuffledSubarray(scans, { minLength: scans.length })),
        ),
      ([scans, shuffled]) => {
        const [one, other] = [scans, shuffled].map((order) =>
          currentStatus(
            order.map(({ hour, status }) => at(hour, status)),
            ANY_AGE.zone,
          ),
        );
        expect(other).toEqual(one);
      },
    ),
    { numRuns: 2_000 },
  );
});
