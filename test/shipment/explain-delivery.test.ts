import { describe, expect, test } from '@jest/globals';
import { type DeliveryFacts, explainDelivery } from '../../src/shipment/explain-delivery';

const UNDER_WAY: DeliveryFacts = {
  verdict: 'announce',
  rawStatus: 'delivered',
  readAs: 'delivered',
  outcome: null,
  reason: null,
  waitsFor: [],
  notifications: 0,
};

describe('a delivery', () => {
  test.each<[Partial<DeliveryFacts>, RegExp]>([
    [{ verdict: 'nothing-new' }, /every scan of this webhook was known already/i],
    [{ verdict: 'stale' }, /lie behind what people were told/],
    [
      { verdict: 'unknown-status', rawStatus: '在路上', readAs: null },
      /"在路上" is not known: .*STATUS_MAP.*waybell replay/,
    ],
    [
      { verdict: 'unknown-status', rawStatus: '在路上', readAs: 'in_transit' },
      /"在路上" was not known when this came\. It was read again since, as in_transit/,
    ],
    [{ waitsFor: ['order-not-found'] }, /^The waybill has no order, .*waybell link/],
    [
      { waitsFor: ['order-not-found'], order: { id: 'O-7', exists: false } },
      /names the order O-7, which the shop does not have/,
    ],
    [{ waitsFor: ['order-not-found'], order: { id: 'O-7', exists: true } }, /has the order O-7 by now/],
    [{ outcome: 'superseded' }, /A newer status of the parcel was known/],
    [
      { outcome: 'no-targets', reason: 'no-order' },
      /ended before anybody was told: no order was linked in time\./,
    ],
    [{ outcome: 'failed', reason: 'cancelled' }, /ended before anybody was told: cancelled by an operator\./],
  ])('with %j says why nobody was told', (change, words) => {
    const explanation = explainDelivery({ ...UNDER_WAY, ...change });
    expect(explanation?.en).toMatch(words);
    expect(explanation?.zh).toMatch(/[\u4e00-\u9fff]/);
  });

  test.each<Partial<DeliveryFacts>>([
    {},
    { outcome: 'success', notifications: 2 },
    { waitsFor: ['push-failed'], notifications: 2 },
    { outcome: 'superseded', notifications: 1 },
  ])('with %j leaves it to its notifications', (change) => {
    expect(explainDelivery({ ...UNDER_WAY, ...change })).toBeNull();
  });
});
