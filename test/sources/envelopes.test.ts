import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { findSource } from '../../src/sources/registry';
import type { Source, WebhookRequest } from '../../src/sources/source';
import { asJson, CONDITIONS, NOW, readPayload } from './requests';
import { signAftership, signAftershipBefore2022 } from './vectors/aftership';
import { signEasypost, signEasypostTwice } from './vectors/easypost';
import { loadVectors } from './vectors/load';
import { asSvix, signStandard } from './vectors/standard-webhooks';

const of = (name: string): Source => findSource(name) as Source;
const verify = (name: string, request: WebhookRequest, secret: string, conditions = CONDITIONS) =>
  of(name).verify?.(request, [secret], conditions);
const withHeaders = (request: WebhookRequest, headers: WebhookRequest['headers']): WebhookRequest => ({
  body: request.body,
  headers: { ...request.headers, ...headers },
});

describe('a form of a Chinese sender', () => {
  test.each([
    ['kuaidi100', 'kuaidi100.polling-locker.txt'],
    ['kdniao', 'kdniao.101-multi.txt'],
    ['zto', 'zto.1-signed-first.txt'],
    ['yto', 'yto.sent-scan.txt'],
  ])('of %s says the same as JSON, whatever it calls itself', async (name, file) => {
    const form = readPayload(file);
    const secret = (await loadVectors(name))?.secret ?? '';
    const json = asJson(form);
    for (const request of [json, { ...json, headers: form.headers }, { ...json, headers: {} }]) {
      expect(verify(name, request, secret)).toEqual({ ok: true });
      expect(of(name).parse(request, CONDITIONS)).toEqual(of(name).parse(form, CONDITIONS));
    }
    expect(verify(name, json, 'another')).toMatchObject({ code: 'signature-invalid' });
  });

  const said = '{"billCode":"78000000000001","action":"GOT","actionTime":"2026-03-02 09:00:00"}';
  const digest = createHash('md5').update(`${said}secret`).digest('base64');
  test.each([
    ['the digest is missing', { data: said }, 'signature-missing'],
    ['the digest is empty', { data: said, data_digest: '' }, 'signature-missing'],
    ['the digest is no text', { data: said, data_digest: [digest] }, 'signature-invalid'],
    ['what is said is missing', { data_digest: digest }, 'signature-invalid'],
    ['what is said is null', { data: null, data_digest: digest }, 'signature-invalid'],
    ['what is said is spaced otherwise', { data: `${said} `, data_digest: digest }, 'signature-invalid'],
    ['the names are inherited', { __proto__: { data: said, data_digest: digest } }, 'signature-missing'],
  ])('in JSON proves nothing where %s', (_, fields, code) => {
    const request = { body: Buffer.from(JSON.stringify(fields)), headers: {} };
    expect(verify('zto', request, 'secret')).toMatchObject({ ok: false, code });
  });

  test('in JSON is read after white space and a byte order mark', () => {
    const text = JSON.stringify({ data: said, data_digest: digest });
    for (const before of ['', '\r\n  ', '\ufeff']) {
      expect(verify('zto', { body: Buffer.from(before + text), headers: {} }, 'secret')).toEqual({
        ok: true,
      });
    }
  });
});

describe('Standard Webhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const request = signStandard('{"data":[]}', secret);

  test('are taken under both sets of names, of which the newer goes first', () => {
    expect(verify('standard-webhooks', request, secret)).toEqual({ ok: true });
    expect(verify('standard-webhooks', asSvix(request), secret)).toEqual({ ok: true });
    const both = withHeaders(asSvix(request), { ...request.headers, 'webhook-signature': 'v1,AAAA' });
    expect(verify('standard-webhooks', both, secret)).toMatchObject({ code: 'signature-invalid' });
  });

  test('are no set where their names are mixed', () => {
    const { 'svix-id': id, ...others } = asSvix(request).headers;
    const mixed = { body: request.body, headers: { ...others, 'webhook-id': id } };
    expect(verify('standard-webhooks', mixed, secret)).toMatchObject({ code: 'signature-missing' });
  });
});

describe('AfterShip', () => {
  const older = signAftershipBefore2022('{}', 'secret');
  test('names the algorithm in the older header, and not in the newer one', () => {
    const signature = String(older.headers['am-webhook-signature']);
    expect(verify('aftership', older, 'secret')).toEqual({ ok: true });
    const bare = { body: older.body, headers: { 'am-webhook-signature': signature.slice(12) } };
    expect(verify('aftership', bare, 'secret')).toMatchObject({ code: 'signature-missing' });
    const misplaced = { body: older.body, headers: { 'aftership-hmac-sha256': signature } };
    expect(verify('aftership', misplaced, 'secret')).toMatchObject({ code: 'signature-invalid' });
  });

  test('is refused for a wrong signature in the newer header, whatever stands in the older one', () => {
    const wrong = withHeaders(older, { ...signAftership('{}', 'another').headers });
    expect(verify('aftership', wrong, 'secret')).toMatchObject({ code: 'signature-invalid' });
  });
});

describe('the second signature of EasyPost', () => {
  const at = (seconds: number): string =>
    new Date(NOW + seconds * 1000).toUTCString().replace('GMT', '+0000');
  const second = (time = at(0)) => signEasypostTwice('{"id":"evt"}', time, 'secret');

  test('is enough alone, and beside a first one of another secret', () => {
    expect(verify('easypost', second(), 'secret')).toEqual({ ok: true });
    const first = signEasypost('{"id":"evt"}', 'another').headers;
    expect(verify('easypost', withHeaders(second(), first), 'secret')).toEqual({ ok: true });
  });

  test.each([
    [-300, true],
    [300, true],
    [-301, false],
    [301, false],
  ])('%i s away from now is judged by the tolerance', (seconds, ok) => {
    expect(verify('easypost', second(at(seconds)), 'secret')?.ok).toBe(ok);
  });

  test.each(['soon', '1772446800', ''])('over the time %j proves nothing', (time) => {
    expect(verify('easypost', second(time), 'secret')?.ok).toBe(false);
  });

  test.each(['x-timestamp', 'x-path'])('without %s proves nothing', (name) => {
    const { [name]: left, ...headers } = second().headers;
    expect(left).toBeDefined();
    const without = { body: second().body, headers };
    expect(verify('easypost', without, 'secret')).toMatchObject({ code: 'signature-missing' });
  });

  test('covers the path, the time and the body', () => {
    const others = { 'x-path': '/elsewhere', 'x-timestamp': at(1) };
    for (const [name, value] of Object.entries(others)) {
      expect(verify('easypost', withHeaders(second(), { [name]: value }), 'secret')?.ok).toBe(false);
    }
    expect(verify('easypost', { ...second(), body: Buffer.from('{}') }, 'secret')?.ok).toBe(false);
    const empty = createHmac('sha256', 'secret')
      .update(`${at(0)}POST/`)
      .digest('hex');
    const bare = { 'x-path': '/', 'x-hmac-signature-v2': `hmac-sha256-hex=${empty}` };
    expect(verify('easypost', withHeaders(second(), bare), 'secret')?.ok).toBe(false);
  });
});
