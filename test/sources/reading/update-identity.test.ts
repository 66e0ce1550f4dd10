import { describe, expect, test } from '@jest/globals';
import type { ShipmentUpdate } from '../../../src/shipment/update';
import { deliveryWorkflowId } from '../../../src/deliveries/workflow-id';
import { contentKey } from '../../../src/sources/reading/scans';

const said = { time: '2026-03-02T02:00:00.000Z', rawStatus: 'delivered', text: '已签收' };

const update = (keys: readonly string[], change: Partial<ShipmentUpdate> = {}): ShipmentUpdate => ({
  source: 'own-system',
  carrier: 'yto',
  trackingNo: 'YT1234',
  events: keys.map((key) => ({ ...said, key, status: 'delivered' })),
  ...change,
});

describe('the key of a scan', () => {
  const said = ['2026-03-02T02:00:00.000Z', 'delivered', '已签收'];

  test('is made of what the scan says', () => {
    expect(contentKey(...said)).toMatch(/^said:[0-9a-f]{64}$/);
    expect(contentKey(...said)).toBe(contentKey(...said));
    expect(contentKey('2026-03-02T02:00:01.000Z', 'delivered', '已签收')).not.toBe(contentKey(...said));
  });

  test('never confuses where one part ends and the next begins', () => {
    expect(contentKey('t', 'a|b', 'c')).not.toBe(contentKey('t', 'a', 'b|c'));
    expect(contentKey('t', 'ab', '')).not.toBe(contentKey('t', 'a', 'b'));
  });
});

describe('the workflow id of a delivery', () => {
  test('names source, carrier and number, and ends in a digest of the events', () => {
    expect(deliveryWorkflowId(update(['id:e-1']))).toMatch(
      /^delivery\/own-system\/yto\/YT1234\/[0-9a-f]{20}$/,
    );
  });

  test('is the same in whatever order the events come', () => {
    expect(deliveryWorkflowId(update(['a', 'b']))).toBe(deliveryWorkflowId(update(['b', 'a'])));
  });

  test('differs with the events and their statuses, the state, the carrier, the number and the source', () => {
    const ids = [
      update(['a']),
      update(['a', 'b']),
      update(['ab']),
      update([]),
      update(['a'], { carrier: 'zto' }),
      update(['a'], { trackingNo: 'YT1235' }),
      update(['a'], { source: 'sf' }),
      update(['a'], { state: 'shutdown' }),
      update(['a'], { formerCarrier: 'sto' }),
      update(['a'], { events: [{ ...said, key: 'a', status: null }] }),
    ].map(deliveryWorkflowId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has five parts whatever the carrier is called', () => {
    const id = deliveryWorkflowId(update(['a'], { carrier: '圆通/上海 a' }));
    expect(id.split('/')).toHaveLength(5);
    expect(decodeURIComponent(id.split('/')[2] ?? '')).toBe('圆通/上海 a');
  });
});
