import { describe, expect, test } from '@jest/globals';
import { assignInstances } from '../../src/shipment/parcel-instance';

const parcel = { instance: 1, firstAt: '2026-02-01T00:00:00.000Z', lastAt: '2026-02-06T00:00:00.000Z' };

describe('the parcel that a scan belongs to', () => {
  test('is the first one under a new number', () => {
    expect(assignInstances(null, ['2026-02-01T00:00:00.000Z', '2026-02-03T00:00:00.000Z'])).toEqual([1, 1]);
  });

  test('is the known one while scans follow each other', () => {
    expect(assignInstances(parcel, ['2026-03-01T00:00:00.000Z', '2026-01-20T00:00:00.000Z'])).toEqual([1, 1]);
  });

  test('is the next one when a carrier uses the number again years later', () => {
    expect(assignInstances(parcel, ['2028-05-01T00:00:00.000Z', '2028-05-02T00:00:00.000Z'])).toEqual([2, 2]);
  });

  test('is the former one for a scan from before the number was used again', () => {
    const second = { instance: 2, firstAt: '2028-05-01T00:00:00.000Z', lastAt: '2028-05-02T00:00:00.000Z' };
    expect(assignInstances(second, ['2026-02-06T00:00:00.000Z', '2028-05-03T00:00:00.000Z'])).toEqual([1, 2]);
  });

  test('is told apart inside one request that holds both', () => {
    expect(assignInstances(null, ['2028-05-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'])).toEqual([2, 1]);
  });
});
