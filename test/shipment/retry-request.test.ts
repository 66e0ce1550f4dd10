import { describe, expect, test } from '@jest/globals';
import { readRetryRequest } from '../../src/shipment/retry-request';

describe('a retry request', () => {
  test.each([undefined, null, 'now', 7, [], {}])('of the shape %j asks for everything', (argument) => {
    expect(readRetryRequest(argument)).toEqual({});
  });

  test('keeps who, why and which, bounded', () => {
    expect(
      readRetryRequest({ operator: 'li', reason: 'x'.repeat(500), devices: ['a', 7, 'b'], more: true }),
    ).toEqual({
      operator: 'li',
      reason: 'x'.repeat(200),
      devices: ['a', 'b'],
    });
  });
});
