import { describe, expect, test } from '@jest/globals';
import { currentStatus, type DatedStatus } from '../../src/shipment/current-status';
import {
  decideAnnouncement,
  lastTold,
  NEVER_TOLD,
  type LastTold,
} from '../../src/shipment/decide-announcement';
import type { ShipmentStatus } from '../../src/shipment/status';
import { ANY_AGE } from '../setup/any-age';

const iso = (hour: number): string => new Date(Date.UTC(2026, 1, 6, hour)).toISOString();
const at = (hour: number, status: ShipmentStatus): DatedStatus => ({ time: iso(hour), status });
const told = (status: ShipmentStatus, hour: number): LastTold => ({
  status,
  byUs: true,
  latestAt: iso(hour),
});
const one = { known: 1, unknown: 0 };

describe('people are told', () => {
  test('the first status of a parcel, once, however many scans came with it', () => {
    const current = currentStatus(
      [at(1, 'picked_up'), at(2, 'in_transit'), at(3, 'out_for_delivery')],
      ANY_AGE.zone,
    );
    expect(decideAnnouncement({ known: 3, unknown: 0 }, current, null, NEVER_TOLD)).toBe('announce');
    expect(current?.status).toBe('out_for_delivery');
  });

  test('each new status', () => {
    const current = currentStatus([at(1, 'in_transit'), at(2, 'delivered')], ANY_AGE.zone);
    expect(decideAnnouncement(one, current, told('in_transit', 1), NEVER_TOLD)).toBe('announce');
  });

  test('a second attempt after a failed one, also when both scans come at once', () => {
    const events = [at(1, 'out_for_delivery'), at(2, 'failed_attempt'), at(3, 'out_for_delivery')];
    expect(
      decideAnnouncement(
        { known: 2, unknown: 0 },
        currentStatus(events, ANY_AGE.zone),
        told('out_for_delivery', 1),
        NEVER_TOLD,
      ),
    ).toBe('announce');
    expect(
      decideAnnouncement(one, currentStatus(events, ANY_AGE.zone), told('failed_attempt', 2), NEVER_TOLD),
    ).toBe('announce');
  });

  test('the return of a delivered parcel', () => {
    const current = currentStatus([at(1, 'delivered'), at(2, 'returning')], ANY_AGE.zone);
    expect(decideAnnouncement(one, current, told('delivered', 1), NEVER_TOLD)).toBe('announce');
  });
});

describe('people are not told', () => {
  test('what was known already', () => {
    const none = { known: 0, unknown: 0 };
    expect(
      decideAnnouncement(
        none,
        currentStatus([at(1, 'in_transit')], ANY_AGE.zone),
        told('in_transit', 1),
        NEVER_TOLD,
      ),
    ).toBe('nothing-new');
  });

  test('another scan of the same status', () => {
    const current = currentStatus([at(1, 'in_transit'), at(2, 'in_transit')], ANY_AGE.zone);
    expect(decideAnnouncement(one, current, told('in_transit', 1), NEVER_TOLD)).toBe('stale');
  });

  test('an older scan that arrives late', () => {
    const current = currentStatus([at(1, 'in_transit'), at(2, 'delivered')], ANY_AGE.zone);
    expect(decideAnnouncement(one, current, told('delivered', 2), NEVER_TOLD)).toBe('stale');
  });

  test('the same status twice because the failed attempt in between arrived late', () => {
    const current = currentStatus(
      [at(1, 'out_for_delivery'), at(2, 'failed_attempt'), at(3, 'out_for_delivery')],
      ANY_AGE.zone,
    );
    expect(decideAnnouncement(one, current, told('out_for_delivery', 3), NEVER_TOLD)).toBe('stale');
  });

  test('a status behind what an older system told them', () => {
    expect(
      decideAnnouncement(
        one,
        currentStatus([at(3, 'in_transit')], ANY_AGE.zone),
        { ...told('delivered', 1), byUs: false },
        NEVER_TOLD,
      ),
    ).toBe('stale');
  });

  test('words that we do not know', () => {
    expect(
      decideAnnouncement(
        { known: 0, unknown: 1 },
        currentStatus([at(1, 'in_transit')], ANY_AGE.zone),
        told('in_transit', 1),
        NEVER_TOLD,
      ),
    ).toBe('unknown-status');
    expect(decideAnnouncement({ known: 0, unknown: 1 }, null, null, NEVER_TOLD)).toBe('unknown-status');
  });
});

describe('of a parcel that another system told about so far', () => {
  const untold = { told: null, latestAt: null, numberUsedBefore: false };
  const inherited = (status: ShipmentStatus): LastTold | null => lastTold(untold, status);

  test('the status it has is not told again, however its scans arrive', () => {
    const history = currentStatus(
      [at(1, 'picked_up'), at(2, 'in_transit'), at(3, 'out_for_delivery')],
      ANY_AGE.zone,
    );
    expect(
      decideAnnouncement({ known: 3, unknown: 0 }, history, inherited('out_for_delivery'), NEVER_TOLD),
    ).toBe('stale');
  });

  test('a status farther along is told, and one behind is not', () => {
    const current = currentStatus([at(2, 'out_for_delivery')], ANY_AGE.zone);
    expect(decideAnnouncement(one, current, inherited('in_transit'), NEVER_TOLD)).toBe('announce');
    expect(decideAnnouncement(one, current, inherited('delivered'), NEVER_TOLD)).toBe('stale');
  });

  test('a second attempt is told once Waybell has seen the first', () => {
    const events = [at(1, 'out_for_delivery'), at(2, 'failed_attempt'), at(3, 'out_for_delivery')];
    const seen = lastTold({ ...untold, latestAt: iso(1) }, 'out_for_delivery');
    expect(
      decideAnnouncement({ known: 2, unknown: 0 }, currentStatus(events, ANY_AGE.zone), seen, NEVER_TOLD),
    ).toBe('announce');
  });

  test('what Waybell told itself counts, whatever the row says', () => {
    expect(lastTold({ ...untold, told: 'in_transit', latestAt: iso(2) }, 'delivered')).toEqual(
      told('in_transit', 2),
    );
  });

  test('the status of an earlier parcel under the same number does not count', () => {
    expect(lastTold({ ...untold, numberUsedBefore: true }, 'delivered')).toBeNull();
  });

  test('a parcel without a status is new', () => {
    expect(lastTold(untold, null)).toBeNull();
  });
});
