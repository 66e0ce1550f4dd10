import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { preferredWait } from '../../src/api/prefer';

describe('Prefer, as RFC 7240 writes it', () => {
  test.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['wait=5', 5],
    ['wait=0', 0],
    ['wait=007', 7],
    ['WAIT = 5', 5],
    ['wait="5"', 5],
    [String.raw`wait="\5"`, 5],
    ['wait=10', 10],
    ['wait=11', 10],
    [`wait=${'9'.repeat(400)}`, 10],
    // Among others, in one line or in several, which arrive joined.
    ['respond-async, wait=3', 3],
    ['return=minimal,,wait=3 ,', 3],
    ['foo="a, wait=1; b", wait=4', 4],
    [String.raw`foo="\", wait=1", wait=4`, 4],
    // With parameters, which mean nothing to us.
    ['wait=3; foo', 3],
    ['wait=3;foo="a;b,c" ; ;bar=1', 3],
    ['foo; wait=3', undefined],
    // Twice: the first one counts.
    ['wait=2, wait=9', 2],
    ['wait=soon, wait=9', undefined],
    // Nothing that can be done.
    ['wait', undefined],
    ['wait=', undefined],
    ['wait=""', undefined],
    ['wait=-1', undefined],
    ['wait=1.5', undefined],
    ['wait=1e1', undefined],
    ['waits=5', undefined],
    // Malformed.
    ['wait 5', undefined],
    ['wait=5 6', undefined],
    ['wait=5; a b', undefined],
    ['(wait=1), wait=6', 6],
    ['foo="never closed, wait=5', undefined],
    ['wait="5', undefined],
  ])('%j is %j', (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });

  test('whatever comes is a wait of some seconds, or none', () => {
    const piece = fc.constantFrom('wait', '=', '5', '"', '\\', ';', ',', ' ', '\t', 'x');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const seconds = preferredWait(pieces.join(''));
        expect(seconds === undefined || (Number.isInteger(seconds) && seconds >= 0 && seconds <= 10)).toBe(
          true,
        );
      }),
    );
  });

  test.each(['=', ';', '; ', ' ;', '"', '"\\', 'wait=;', 'wait="" ; ', ',', '\t'])(
    'the longest header of %j is read at once',
    (piece) => {
      // Where the time grew faster than the length, this would not end.
      expect(preferredWait(`x${piece.repeat(16_384 / piece.length)}(`)).toBeUndefined();
    },
  );
});
