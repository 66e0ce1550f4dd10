import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createECDH } from 'node:crypto';
import dns from 'node:dns';
import { isIPv6 } from 'node:net';
import type { PushAnswer } from '../../../src/push/provider';
import { isPublicAddress } from '../../../src/config/network-reach';
import { endpointProblem, PUSH_SERVICE_HOSTS } from '../../../src/push/webpush/post';
import { createWebPushProvider } from '../../../src/push/webpush/webpush';
import { sampleMessage } from '../sample-message';

const RULES = { hosts: PUSH_SERVICE_HOSTS, loopback: false };

describe('an endpoint of a push service is taken', () => {
  test.each([
    'https://fcm.googleapis.com/fcm/send/abc:def',
    'https://updates.push.services.mozilla.com/wpush/v2/gAAAA',
    'https://wns2-par02p.notify.windows.com/w/?token=abc%3d',
    'https://web.push.apple.com/QGuQy',
    'https://FCM.googleapis.com:443/x',
    // A backslash is a slash in a URL: this is a path at the push service itself.
    'https://fcm.googleapis.com\\@evil.example/x',
  ])('%s', (endpoint) => {
    expect(endpointProblem(endpoint, RULES)).toBeNull();
  });
});

describe('any other is refused', () => {
  test.each([
    ['', 'endpoint is no URL'],
    ['our-cid', 'endpoint is no URL'],
    [`https://fcm.googleapis.com/${'x'.repeat(2_048)}`, 'endpoint is no URL'],
    ['http://fcm.googleapis.com/x', 'endpoint is not https'],
    ['ftp://fcm.googleapis.com/x', 'endpoint is not https'],
    ['file:///etc/passwd', 'endpoint is not https'],
    ['https://fcm.googleapis.com:8443/x', 'endpoint has a port'],
    ['https://user:pass@fcm.googleapis.com/x', 'endpoint has a password'],
    ['https://evil.example/fcm.googleapis.com', 'endpoint is at no push service'],
    ['https://fcm.googleapis.com.evil.example/x', 'endpoint is at no push service'],
    ['https://evilfcm.googleapis.com/x', 'endpoint is at no push service'],
    ['https://storage.googleapis.com/x', 'endpoint is at no push service'],
    ['https://fcm.googleapis.com./x', 'endpoint is at no push service'],
    ['https://127.0.0.1/x', 'endpoint is an address'],
    ['https://2130706433/x', 'endpoint is an address'],
    ['https://0x7f.1/x', 'endpoint is an address'],
    ['https://[::1]/x', 'endpoint is an address'],
    ['https://[::ffff:127.0.0.1]/x', 'endpoint is an address'],
    ['https://169.254.169.254/latest/meta-data', 'endpoint is an address'],
    ['https://localhost/x', 'endpoint is at no push service'],
  ])('%s', (endpoint, problem) => {
    expect(endpointProblem(endpoint, RULES)).toBe(problem);
  });

  test('also where the flag of the tests allows this machine', () => {
    const rules = { ...RULES, loopback: true };
    const allowed = ['http://127.0.0.1:8080/x', 'http://localhost:1/x', 'http://[::1]:1/x'];
    expect(allowed.map((endpoint) => endpointProblem(endpoint, rules))).toEqual([null, null, null]);
    const others = ['http://10.0.0.1/x', 'http://127.0.0.2/x', 'http://localhost.evil.example/x'];
    expect(others.map((endpoint) => endpointProblem(endpoint, rules))).not.toContain(null);
  });
});

describe('an address', () => {
  test.each(['8.8.8.8', '142.250.1.95', '172.15.255.255', '172.32.0.1', '192.167.1.1', '2a00:1450:4001::5f'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.8.8.8',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'ff02::1',
    '2001:db8::1',
    '2001:0:7f00:1::',
    '2002:7f00:1::',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('a name on the list', () => {
  /** Pushes to a host that the settings allow, without the flag of the tests. */
  async function pushTo(host: string, deadlineMs = 10_000): Promise<PushAnswer> {
    const curve = createECDH('prime256v1');
    curve.generateKeys();
    const vapidPrivateKey = curve.getPrivateKey('base64url');
    const provider = createWebPushProvider({
      vapidPrivateKey,
      subject: 'mailto:ops@shop.example',
      hosts: [host],
    });
    const message = { ...sampleMessage, cid: `https://${host}/wp/1` };
    const answer = await provider.send(message, AbortSignal.timeout(deadlineMs));
    await provider.close?.();
    return answer;
  }

  test('that resolves to this machine is not connected to', async () => {
    expect(await pushTo('localhost')).toMatchObject({
      class: 'fail',
      reason: 'endpoint_forbidden',
      words: 'not sent: the host has a private address',
      definite: true,
    });
  });

  afterEach(() => void jest.restoreAllMocks());

  /** What the name server says, at first and from then on. */
  function resolvesTo(first: readonly string[], later = first) {
    const answer = (addresses: readonly string[]): never =>
      ((_host: string, _options: object, callback: (error: null, found: object[]) => void) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })),
        )) as never;
    return jest.spyOn(dns, 'lookup').mockImplementation(answer(later)).mockImplementationOnce(answer(first));
  }

  test.each([
    ['a private address among public ones', ['192.0.43.8', '10.0.0.1']],
    ['a local one of IPv6', ['fe80::1%eth0']],
    ['one that IPv6 maps', ['::ffff:127.0.0.1']],
    ['one that NAT64 translates', ['64:ff9b::a9fe:a9fe']],
    ['one behind a carrier', ['100.64.0.1']],
  ])('that resolves to %s is not connected to', async (_, addresses) => {
    const asked = resolvesTo(addresses);
    expect(await pushTo('push.example')).toMatchObject({ class: 'fail', reason: 'endpoint_forbidden' });
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test('is asked for once: what the name server says afterwards leads nowhere', async () => {
    // Of a range that nobody has been given.
    const asked = resolvesTo(['2d00::1'], ['127.0.0.1']);
    expect(await pushTo('push.example', 1_000)).toMatchObject({ class: 'retry' });
    expect(asked).toHaveBeenCalledTimes(1);
  });

  test('that does not resolve is tried again', async () => {
    expect(await pushTo('push.invalid')).toMatchObject({ class: 'retry', definite: true });
  });
});
