import { describe, expect, test } from '@jest/globals';
import { SHIPMENT_STATUSES } from '../../src/shipment/status';
import { standardWebhooks } from '../../src/sources/standard-webhooks';
import type { WebhookRequest } from '../../src/sources/source';
import { CONDITIONS, NOW, readPayload } from './requests';
import { onlyUpdate } from './read';
import { signStandard, vectors } from './vectors/standard-webhooks';

const SECRET = vectors.secret ?? '';
const PAYLOAD = readPayload('standard-webhooks.rotated-secret.json');
const verify = (request: WebhookRequest, secrets: string[] = [SECRET], conditions = CONDITIONS) =>
  standardWebhooks.verify?.(request, secrets, conditions);

const push = (data: unknown, type = 'shipment.updated') => signStandard(JSON.stringify({ type, data }));
const event = (change: object = {}) => ({
  code: 'delivered',
  occurred_at: '2026-03-02T10:00:00Z',
  text: 'text',
  ...change,
});
const waybill = (change: object = {}) => ({
  carrier: 'generic',
  waybill: 'GEN0001',
  events: [event()],
  ...change,
});

describe('a signature on a standard channel', () => {
  test('is one of several, with one of several secrets', () => {
    expect(verify(PAYLOAD, ['whsec_b2xk', SECRET])).toEqual({ ok: true });
    expect(verify(PAYLOAD, ['whsec_b2xk', 'whsec_', ''])).toMatchObject({ code: 'signature-invalid' });
  });

  test('is judged by the tolerance of the channel', () => {
    const later = { ...CONDITIONS, now: NOW + 400_000 };
    expect(verify(PAYLOAD, [SECRET], later)).toMatchObject({ code: 'signature-expired' });
    expect(verify(PAYLOAD, [SECRET], { ...later, toleranceSeconds: 400 })).toEqual({ ok: true });
  });
});

describe('what a standard channel says', () => {
  test('is the event of the sample, with its id', () => {
    expect(onlyUpdate(standardWebhooks.parse(PAYLOAD, CONDITIONS))).toEqual({
      source: 'standard-webhooks',
      carrier: 'generic',
      trackingNo: 'GEN0001',
      events: [
        {
          key: 'id:e1',
          time: '2026-03-02T10:05:00.000Z',
          status: 'out_for_delivery',
          rawStatus: 'out_for_delivery',
          text: '派送中 🛵',
        },
      ],
    });
  });

  test.each(SHIPMENT_STATUSES)('%s is %s', (code) => {
    const request = push(waybill({ events: [event({ code })] }));
    expect(onlyUpdate(standardWebhooks.parse(request, CONDITIONS)).events).toMatchObject([{ status: code }]);
  });

  test('is several events and several waybills, past the bad ones', () => {
    const data = [
      waybill({ events: [event(), event({ code: 'picked_up', place: 'Berlin' }), event()] }),
      waybill({ waybill: '?' }),
      waybill({ waybill: 'GEN0002', events: [event({ occurred_at: null, code: 'beamed up' })] }),
      null,
    ];
    const { updates, flaws } = standardWebhooks.parse(push(data), CONDITIONS);
    expect(updates.map(({ trackingNo, events }) => [trackingNo, events.length])).toEqual([
      ['GEN0001', 2],
      ['GEN0002', 1],
    ]);
    expect(flaws.map(({ code }) => code)).toEqual(['row-unusable', 'time-unusable', 'status-unknown']);
  });

  test.each([undefined, null, {}, [], [{}], 'text'])('is nothing in %j', (data) => {
    expect(standardWebhooks.parse(push(data, 'ping'), CONDITIONS)).toMatchObject({
      updates: [],
      flaws: [{ code: 'not-tracking', where: 'ping' }],
    });
  });
});
