import { expect, test } from '@jest/globals';
import { secureHeaders } from '../../../src/push/unicloud/secure-headers';

test('signs as the example of the documentation', () => {
  const headers = secureHeaders(
    { signKey: 'q0etb3cl0s8mrlfdqp33ist1ou0r97pg' },
    { b: 2, a: 1, arr: [1, 2, 3] },
    1677743381925,
  );
  expect(headers).toEqual({
    'unicloud-s2s-timestamp': '1677743381925',
    'unicloud-s2s-signature': 'hmac-sha256 5c02499d2c45876ceb60635311f2368f672964f0555c08d05d76cb6361d92dd4',
  });
});

test('signs texts, numbers and booleans, and nothing that has an inside', () => {
  const [flat, deep] = [
    { a: 'x', b: true },
    { a: 'x', b: true, c: { d: 1 }, e: [1], f: null },
  ].map((body) => secureHeaders({ signKey: 'a-long-enough-key' }, body, 1));
  expect(flat).toEqual(deep);
});

test('carries the connect code', () => {
  expect(secureHeaders({ connectCode: 's2uqpb0h958vhhom0hi1' }, {}, 1)).toEqual({
    'unicloud-s2s-authorization': 'CONNECTCODE s2uqpb0h958vhhom0hi1',
  });
});

test('adds nothing when nothing is set', () => {
  expect(secureHeaders({}, { a: 1 }, 1)).toEqual({});
});
