import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { WebhookRequest } from '../../src/sources/source';
import { yto } from '../../src/sources/yto';
import { CONDITIONS, formRequest, NOW, readPayload } from './requests';

const PARTNER = 'yto-demo-partner';
const SAMPLE = 'yto.sent-scan.txt';

const xmlOf = (infoContent: string, more = '') =>
  `<UpdateInfo><mailNo>YT0000000000005</mailNo><txLogisticID>SO&amp;1</txLogisticID><infoType>STATUS</infoType><infoContent>${infoContent}</infoContent><acceptTime>2026-03-02 07:40:55.0 CST</acceptTime>${more}</UpdateInfo>`;
const push = (xml: string) => formRequest({ logistics_interface: xml });
const parse = (xml: string) => yto.parse(push(xml), CONDITIONS);
const verify = (request: WebhookRequest, ...secrets: string[]) => yto.verify?.(request, secrets, CONDITIONS);

describe('a signature of YTO', () => {
  test('is over the XML as it stands', () => {
    const fields = {
      logistics_interface: '<UpdateInfo><mailNo>YT1</mailNo></UpdateInfo>',
      data_digest: 'TjMQz/JI+sEP111TPi4RhA==',
    };
    expect(verify(formRequest(fields), 'demo-partner')).toEqual({ ok: true });
    const spaced = { ...fields, logistics_interface: '<UpdateInfo> <mailNo>YT1</mailNo></UpdateInfo>' };
    expect(verify(formRequest(spaced), 'demo-partner')).toMatchObject({ code: 'signature-invalid' });
    // The plus was not percent-encoded.
    const body = Buffer.from(
      `logistics_interface=${encodeURIComponent(fields.logistics_interface)}&data_digest=${fields.data_digest}`,
    );
    expect(verify({ body, headers: {} }, 'demo-partner')).toEqual({ ok: true });
  });

  test('with an empty secret, or not there at all, proves nothing', () => {
    const xml = xmlOf('GOT');
    const data_digest = createHash('md5').update(xml).digest('base64');
    expect(verify(formRequest({ logistics_interface: xml, data_digest }), '')).toMatchObject({
      code: 'signature-invalid',
    });
    expect(verify(push(xml), PARTNER)).toMatchObject({ code: 'signature-missing' });
  });
});

describe('a push of YTO', () => {
  test('tells one scan, at China Standard Time', () => {
    expect(yto.parse(readPayload(SAMPLE), CONDITIONS)).toMatchObject({
      flaws: [],
      updates: [
        {
          source: 'yto',
          carrier: 'yto',
          trackingNo: 'YT0000000000005',
          events: [{ time: '2026-03-01T23:40:55.000Z', status: 'out_for_delivery', text: '派件中' }],
        },
      ],
    });
  });

  test('keeps "CST" Chinese in a channel of another zone', () => {
    const { updates } = yto.parse(push(xmlOf('GOT')), { ...CONDITIONS, zone: 'America/Chicago' });
    expect(updates[0]?.events[0]?.time).toBe('2026-03-01T23:40:55.000Z');
  });

  test.each([
    ['ACCEPT', 'info_received'],
    ['GOT', 'picked_up'],
    ['ARRIVAL DEPARTURE PACKAGE UNPACK FORWARDING AIRSEND AIRPICK', 'in_transit'],
    ['SENT_SCAN', 'out_for_delivery'],
    ['INBOUND', 'available_for_pickup'],
    ['SIGNED', 'delivered'],
    ['FAILED', 'failed_attempt'],
    ['UNACCEPT NOT_SEND', 'exception'],
    ['TMS_RETURN', 'returning'],
    ['NEW_SCAN constructor', null],
  ])('with %s means %s', (words, status) => {
    for (const word of words.split(' ')) {
      const { updates, flaws } = parse(xmlOf(word));
      expect([word, updates[0]?.events[0]?.status]).toEqual([word, status]);
      expect(flaws).toHaveLength(status === null ? 1 : 0);
    }
  });

  test('is told apart by what happened and when', () => {
    const keyOf = (xml: string) => parse(xml).updates[0]?.events[0]?.key;
    expect(keyOf(xmlOf('GOT', '<weight>1</weight>'))).toBe(keyOf(xmlOf('GOT')));
    expect(keyOf(xmlOf('ARRIVAL'))).not.toBe(keyOf(xmlOf('GOT')));
  });

  test.each([
    ['no XML', 'hello', 'body-unreadable'],
    ['an element left open', '<UpdateInfo><mailNo>YT0000000000005</mailNo>', 'body-unreadable'],
    [
      'a document type',
      `<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>${xmlOf('GOT')}`,
      'body-unreadable',
    ],
    ['another message', '<Other/>', 'not-tracking'],
    ['another kind of message', xmlOf('GOT').replace('STATUS', 'WEIGHT'), 'not-tracking'],
    ['no number', '<UpdateInfo><infoContent>GOT</infoContent></UpdateInfo>', 'row-unusable'],
  ])('with %s is accepted and flagged', (_, xml, code) => {
    const { updates, flaws } = parse(xml);
    expect(updates).toEqual([]);
    expect(flaws.map((flaw) => flaw.code)).toContain(code);
  });
});

describe('the answer to YTO', () => {
  const acknowledge = (request: WebhookRequest) => yto.acknowledge({ request, now: NOW, received: [] });

  test('repeats the order number', () => {
    expect(acknowledge(readPayload(SAMPLE))).toEqual({
      mediaType: 'application/xml',
      body: '<Response><logisticProviderID>YTO</logisticProviderID><txLogisticID>SO-YTO-1</txLogisticID><success>true</success></Response>',
    });
  });

  test('is well-formed, whatever the order number and the message are', () => {
    expect(acknowledge(push(xmlOf('GOT'))).body).toContain('<txLogisticID>SO&amp;1</txLogisticID>');
    expect(acknowledge(push('hello')).body).toContain('<txLogisticID></txLogisticID><success>true</success>');
    expect(yto.refuse!('a<b').body).toContain('<success>false</success><reason>a&lt;b</reason>');
  });
});
