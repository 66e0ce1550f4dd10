import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCodeSeal, type CodeSeal } from '../../src/intake/sealed-codes';
import { LONGEST_PICKUP_CODE, MOST_PICKUP_CODES } from '../../src/shipment/masking/pickup-codes';

const FIRST = 'f2b7c1d09e8a4b6c5d3e2f1a0b9c8d7e';
const SECOND = '0a1c2e3b4d5f6a7c8e9b0d1f2a3c4e5b';
const PARCEL = 'delivery/sto/sto/773/0123456789';

function sealOf(...keys: string[]): CodeSeal {
  const seal = createCodeSeal(keys);
  if (seal === undefined) throw new Error('no key');
  return seal;
}

const codes = fc.array(fc.string({ minLength: 1, maxLength: LONGEST_PICKUP_CODE }), {
  minLength: 1,
  maxLength: MOST_PICKUP_CODES,
});

test('what is sealed opens as it was, and each time looks otherwise', () => {
  const seal = sealOf(FIRST);
  fc.assert(
    fc.property(codes, fc.string(), (said, parcel) => {
      const sealed = seal.seal(said, parcel);
      expect(seal.open(sealed, parcel)).toEqual(said);
      expect(seal.seal(said, parcel)).not.toBe(sealed);
    }),
  );
});

test('nothing of a code is seen from outside, not even how long it is', () => {
  const seal = sealOf(FIRST);
  const lengths = [['5566'], ['8-2-1234'], ['8-2-1234', '8–2–1235', 'AB12CD']].map((said) => {
    const sealed = seal.seal(said, PARCEL);
    expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]+$/);
    for (const code of said)
      expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').includes(code)).toBe(false);
    return sealed.length;
  });
  expect(new Set(lengths).size).toBe(1);
});

test('they open for their parcel only', () => {
  const seal = sealOf(FIRST);
  const sealed = seal.seal(['8-2-1234'], PARCEL);
  fc.assert(
    fc.property(
      fc.string().filter((other) => other !== PARCEL),
      (other) => {
        expect(seal.open(sealed, other)).toBeUndefined();
      },
    ),
  );
});

test('what was changed anywhere does not open', () => {
  const seal = sealOf(FIRST);
  const sealed = seal.seal(['8-2-1234'], PARCEL);
  const [version, id, text = ''] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at] = (bytes[at] ?? 0) ^ change;
      expect(seal.open(`${version}.${id}.${changed.toString('base64url')}`, PARCEL)).toBeUndefined();
    }),
  );
  for (const length of [0, 1, 12, 27, 28, bytes.length - 1]) {
    expect(
      seal.open(`${version}.${id}.${bytes.subarray(0, length).toString('base64url')}`, PARCEL),
    ).toBeUndefined();
  }
  expect(seal.open(sealed.replace('v1', 'v2'), PARCEL)).toBeUndefined();
  fc.assert(fc.property(fc.string(), (any) => expect(seal.open(any, PARCEL)).toBeUndefined()));
});

test('the first key seals, and all of them open', () => {
  const [before, between, after] = [sealOf(FIRST), sealOf(SECOND, FIRST), sealOf(SECOND)];
  const old = before.seal(['8-2-1234'], PARCEL);
  const fresh = between.seal(['5566'], PARCEL);
  expect(between.open(old, PARCEL)).toEqual(['8-2-1234']);
  expect(after.open(fresh, PARCEL)).toEqual(['5566']);
  expect(after.open(old, PARCEL)).toBeUndefined();
  expect(before.open(fresh, PARCEL)).toBeUndefined();
});

test('without a key nothing is sealed', () => {
  expect(createCodeSeal([])).toBeUndefined();
});
