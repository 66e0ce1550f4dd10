import { describe, expect, test } from '@jest/globals';
import { sign, verifyStandardWebhook } from '../../../src/sources/reading/proof';
import { conditionsOf } from '../requests';

/** The example of the specification's own test suite. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const TIMESTAMP = '1614265330';
const BODY = Buffer.from('{"test": 2432232314}');
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const SIGNED_AT = Number(TIMESTAMP) * 1000;

const OTHER_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

const request = (headers: Record<string, string> = {}, body = BODY) => ({
  body,
  headers: { 'webhook-id': ID, 'webhook-timestamp': TIMESTAMP, 'webhook-signature': SIGNATURE, ...headers },
});

describe('a Standard Webhooks signature', () => {
  test('as published in the specification is taken', () => {
    expect(verifyStandardWebhook(request(), [SECRET], conditionsOf(SIGNED_AT))).toEqual({ ok: true });
  });

  test('is taken when any of several secrets fits, as while secrets are rotated', () => {
    expect(verifyStandardWebhook(request(), [OTHER_SECRET, SECRET], conditionsOf(SIGNED_AT))).toEqual({
      ok: true,
    });
  });

  test('is taken when any of several signatures fits', () => {
    const other = `v1,${sign(OTHER_SECRET, ID, TIMESTAMP, BODY).toString('base64')}`;
    const signatures = request({ 'webhook-signature': `v1a,ed25519== ${other} ${SIGNATURE}` });
    expect(verifyStandardWebhook(signatures, [SECRET], conditionsOf(SIGNED_AT))).toEqual({
      ok: true,
    });
  });

  test.each([
    ['another secret', request(), [OTHER_SECRET]],
    ['a changed body', request({}, Buffer.from('{"test": 2432232315}')), [SECRET]],
    ['another id', request({ 'webhook-id': 'msg_other' }), [SECRET]],
    ['another time', request({ 'webhook-timestamp': '1614265331' }), [SECRET]],
    ['no version', request({ 'webhook-signature': SIGNATURE.slice(3) }), [SECRET]],
    ['another version', request({ 'webhook-signature': `v2,${SIGNATURE.slice(3)}` }), [SECRET]],
    ['a cut digest', request({ 'webhook-signature': SIGNATURE.slice(0, 20) }), [SECRET]],
    ['an empty signature', request({ 'webhook-signature': 'v1,' }), [SECRET]],
  ])('is refused with %s', (_, given, secrets) => {
    expect(verifyStandardWebhook(given, secrets, conditionsOf(SIGNED_AT))).toMatchObject({
      code: 'signature-invalid',
    });
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('is refused without %s', (name) => {
    const { body, headers } = request();
    const rest = Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name));
    expect(verifyStandardWebhook({ body, headers: rest }, [SECRET], conditionsOf(SIGNED_AT))).toMatchObject({
      code: 'signature-missing',
      fault: { kind: 'header-missing', place: name },
    });
  });

  test.each([
    [-300, true],
    [300, true],
    [-301, false],
    [301, false],
  ])('that is %i s away from now is judged by the five minutes', (seconds, taken) => {
    const verified = verifyStandardWebhook(request(), [SECRET], conditionsOf(SIGNED_AT + seconds * 1000));
    expect(verified).toMatchObject(taken ? { ok: true } : { ok: false, code: 'signature-expired' });
  });

  test('over a time that is no number counts as expired', () => {
    const timestamp = 'yesterday';
    const signature = `v1,${sign(SECRET, ID, timestamp, BODY).toString('base64')}`;
    const given = request({ 'webhook-timestamp': timestamp, 'webhook-signature': signature });
    expect(verifyStandardWebhook(given, [SECRET], conditionsOf(SIGNED_AT))).toMatchObject({
      code: 'signature-expired',
    });
  });
});
