import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { refusalOf } from '../../src/receivers/outcome';
import { proofHeaders } from '../../src/sources/reading/proof';

const now = Date.parse('2026-02-06T02:11:00Z');
const first = { failures: 0, random: 0, now };
const waitOf = (retryAfter: string | null, when = first): number | null | undefined =>
  refusalOf({ status: 503, retryAfter }, when)?.waitMs;

test('a change is taken by any 2xx, and by nothing else', () => {
  for (const status of [200, 202, 204]) expect(refusalOf({ status, retryAfter: null }, first)).toBeNull();
  expect(refusalOf({ status: 302, retryAfter: null }, first)?.words).toBe(
    'HTTP 302: a redirect is not followed',
  );
  expect(refusalOf({ status: 400, retryAfter: null }, first)?.words).toBe('HTTP 400');
  expect(refusalOf({ status: 410, retryAfter: '5' }, first)).toMatchObject({ waitMs: null });
});

test('a receiver is asked again later and later, when it wants, and never later than in an hour', () => {
  expect(waitOf(null)).toBe(2_500);
  expect(waitOf(null, { ...first, failures: 3, random: 1 })).toBe(40_000);
  expect(waitOf('120')).toBe(120_000);
  expect(waitOf('Fri, 06 Feb 2026 02:12:00 GMT')).toBe(60_000);
  expect(waitOf('999999999')).toBe(3_600_000);
  expect(waitOf('soon')).toBe(2_500);
  fc.assert(
    fc.property(
      fc.nat(),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.string(),
      (failures, random, asked) => {
        const wait = waitOf(asked, { failures, random, now }) ?? -1;
        expect(wait).toBeGreaterThanOrEqual(2_500);
        expect(wait).toBeLessThanOrEqual(3_600_000);
      },
    ),
  );
});

test('the lines of docs/shop.md take what Waybell signs, with either secret, and nothing else', () => {
  const page = readFileSync(path.join(__dirname, '../../docs/shop.md'), 'utf8');
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];
  const globals = { require: createRequire(__filename), Buffer, Date };
  type Verify = (headers: object, body: Buffer, secret: string) => boolean;
  const isFromWaybell = runInNewContext(`${code}; isFromWaybell`, globals) as Verify;
  const [secret, next, other] = [1, 2, 3].map((byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`);
  const body = Buffer.from('{"data":{"status":"delivered"}}');
  const signedAt = (moment: Date) =>
    proofHeaders([secret ?? '', next ?? ''], 'msg_1', moment, body.toString());
  const headers = signedAt(new Date());
  expect([secret, next, other].map((one = '') => isFromWaybell(headers, body, one))).toEqual([
    true,
    true,
    false,
  ]);
  expect(isFromWaybell(headers, Buffer.from('{}'), secret ?? '')).toBe(false);
  expect(isFromWaybell({}, body, secret ?? '')).toBe(false);
  expect(isFromWaybell(signedAt(new Date(Date.now() - 600_000)), body, secret ?? '')).toBe(false);
});
