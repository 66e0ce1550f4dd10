import { describe, expect, test } from '@jest/globals';
import { currentStatus } from '../../src/shipment/current-status';
import type { WebhookRequest } from '../../src/sources/source';
import { trackingmore } from '../../src/sources/trackingmore';
import { CONDITIONS, NOW } from './requests';
import { onlyUpdate } from './read';
import { signTrackingmore, withProof } from './vectors/trackingmore';
import { ANY_AGE } from '../setup/any-age';

const SECRET = 'trackingmore-demo-secret';
const EMAIL = 'shop@example.com';
const verify = (request: WebhookRequest, secrets: string[] = [SECRET], conditions = CONDITIONS) =>
  trackingmore.verify?.(request, secrets, conditions);

const node = (status: string, fine = '', change: object = {}) => ({
  checkpoint_date: '2026-03-02T10:00:00+01:00',
  tracking_detail: 'text',
  location: 'Köln',
  checkpoint_delivery_status: status,
  checkpoint_delivery_substatus: fine,
  ...change,
});
const waybill = (nodes: object[], change: object = {}) => ({
  tracking_number: 'TM0000000001',
  courier_code: 'dhl',
  origin_info: { trackinfo: nodes },
  destination_info: { trackinfo: null },
  ...change,
});
const parse = (data: unknown) =>
  trackingmore.parse(signTrackingmore(JSON.stringify({ code: 200, data })), CONDITIONS);
const read = (nodes: object[], change: object = {}) => onlyUpdate(parse(waybill(nodes, change)));

describe('a signature of TrackingMore', () => {
  test('fits with any of several secrets, in the headers and in the body', () => {
    expect(verify(signTrackingmore('{}'), ['old', SECRET])).toMatchObject({ ok: true });
    expect(verify(withProof({}, EMAIL), ['old', EMAIL])).toMatchObject({ ok: true });
    expect(verify(signTrackingmore('{}'), ['old', ''])).toMatchObject({ code: 'signature-invalid' });
    expect(verify(signTrackingmore('{}', ''), [''])).toMatchObject({ code: 'signature-invalid' });
  });

  test('is told to the caller, so that it is good for one body only', () => {
    const once = `${NOW / 1000}/${String(signTrackingmore('{}').headers['signature'])}`;
    expect(verify(signTrackingmore('{}'))).toEqual({ ok: true, once });
    expect(verify(signTrackingmore('{"tracking_number":"X"}'))).toEqual({ ok: true, once });
  });

  test('is the same when its digits come in the other case', () => {
    const { body, headers } = signTrackingmore('{}');
    const shouted = { body, headers: { ...headers, signature: String(headers['signature']).toUpperCase() } };
    expect(verify(shouted)).toEqual(verify(signTrackingmore('{}')));
  });

  test.each([
    [-300, { ok: true }],
    [300, { ok: true }],
    [-301, { ok: false, code: 'signature-expired' }],
    [301, { ok: false, code: 'signature-expired' }],
  ])('that is %i s away is judged by the tolerance', (seconds, verdict) => {
    const conditions = { ...CONDITIONS, now: NOW + seconds * 1000 };
    expect(verify(signTrackingmore('{}'), [SECRET], conditions)).toMatchObject(verdict);
    expect(verify(withProof({}, EMAIL), [EMAIL], conditions)).toMatchObject(verdict);
  });

  test.each(['soon', '-1', '1e9', '0x69a56450', ' 1772446800'])(
    'over the time %j counts as expired',
    (time) => {
      expect(verify(signTrackingmore('{}', SECRET, time))).toMatchObject({ code: 'signature-expired' });
    },
  );

  test.each([
    [{}, '{}', 'signature-missing'],
    [{ timestamp: '1772446800' }, '{}', 'signature-missing'],
    [{ signature: 'ab' }, '{}', 'signature-missing'],
    [{ timestamp: '1772446800', signature: ['ab'] }, '{}', 'signature-missing'],
    [{ timestamp: '1772446800', signature: 'no hex' }, '{}', 'signature-invalid'],
    [{}, '{"verifyInfo":{"timeStr":1772446800}}', 'signature-missing'],
    [{}, '{"timeStr":1772446800,"signature":"00"}', 'signature-invalid'],
    [{}, '[', 'signature-missing'],
  ])('with the headers %j and the body %s is refused', (headers, body, code) => {
    expect(verify({ body: Buffer.from(body), headers })).toMatchObject({ ok: false, code });
  });
});

test('no bit of a proof in the body can be turned, but for the case of its digits', () => {
  const { body, headers } = withProof({}, EMAIL);
  const [, before = '', proof = ''] = /^(.*"timeStr":)(\d+,"signature":"\w+)"/.exec(body.toString()) ?? [];
  const taken: string[] = [];
  for (let bit = before.length * 8; bit < (before.length + proof.length) * 8; bit += 1) {
    const turned = Buffer.from(body);
    turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (verify({ body: turned, headers }, [EMAIL])?.ok) taken.push(turned.toString());
  }
  expect(taken.length).toBe([...proof.slice(-64)].filter((digit) => /[a-f]/.test(digit)).length);
  expect(taken.filter((text) => text.toLowerCase() !== body.toString().toLowerCase())).toEqual([]);
});

describe('what TrackingMore says', () => {
  test.each([
    ['pending', '', null],
    ['notfound', 'notfound002', null],
    ['notfound', 'notfound001', 'info_received'],
    ['inforeceived', 'inforeceived001', 'info_received'],
    ['transit', 'transit001', 'in_transit'],
    ['transit', 'transit005', 'customs'],
    ['pickup', '', 'out_for_delivery'],
    ['pickup', 'pickup001', 'out_for_delivery'],
    ['pickup', 'pickup002', 'available_for_pickup'],
    ['pickup', 'pickup003', 'out_for_delivery'],
    ['delivered', 'delivered004', 'delivered'],
    ['undelivered', 'undelivered002', 'failed_attempt'],
    ['exception', 'exception007', 'exception'],
    ['exception', 'exception006', 'customs'],
    ['exception', 'exception010', 'returned'],
    ['exception', 'exception011', 'returning'],
    ['expired', '', 'expired'],
  ])('%s with %s is %s', (status, fine, meaning) => {
    expect(read([node(status, fine)]).events).toMatchObject([
      { status: meaning, time: '2026-03-02T09:00:00.000Z', place: 'Köln' },
    ]);
  });

  test('is the scans of both ends, in one update', () => {
    const { events } = read([node('transit')], {
      destination_info: { trackinfo: [node('delivered', 'delivered001', { tracking_detail: 'Zugestellt' })] },
    });
    expect(events).toHaveLength(2);
    expect(currentStatus(events, ANY_AGE.zone)?.status).toBe('delivered');
  });

  test('is the state of the waybill where no scan has it', () => {
    const { events } = read([node('transit')], { delivery_status: 'expired', latest_event: 'text' });
    expect(currentStatus(events, ANY_AGE.zone)?.status).toBe('expired');
  });

  test('is several waybills where there are several, or one without an envelope', () => {
    const other = { ...waybill([node('transit')]), tracking_number: 'TM0000000002' };
    expect(parse([waybill([node('transit')]), other]).updates).toHaveLength(2);
    const bare = signTrackingmore(JSON.stringify(waybill([node('delivered')])));
    expect(onlyUpdate(trackingmore.parse(bare, CONDITIONS)).events).toMatchObject([{ status: 'delivered' }]);
  });

  test('is read in the names of version 2', () => {
    const trackinfo = [
      {
        Date: '2026-03-02 10:00:00',
        StatusDescription: 'text',
        Details: 'Köln',
        checkpoint_status: 'pickup',
        substatus: 'pickup002',
      },
    ];
    const data = {
      tracking_number: 'TM1000',
      carrier_code: 'dhl',
      status: 'pickup',
      origin_info: { trackinfo },
    };
    const update = onlyUpdate(trackingmore.parse(withProof({ data }, EMAIL), CONDITIONS));
    expect(update).toMatchObject({
      carrier: 'dhl',
      events: [
        {
          time: '2026-03-02T10:00:00.000Z',
          status: 'available_for_pickup',
          rawStatus: 'pickup002',
          text: 'text',
          place: 'Köln',
        },
      ],
    });
  });

  test.each(['{}', '{"data":null}', '{"data":[]}', '{"data":{"id":"x"}}'])('is nothing in %s', (body) => {
    expect(trackingmore.parse(signTrackingmore(body), CONDITIONS)).toMatchObject({
      updates: [],
      flaws: [{ code: 'not-tracking' }],
    });
  });
});
