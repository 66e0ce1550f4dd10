import { describe, expect, test } from '@jest/globals';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { deliveryWorkflowId, eventKey } from '../../src/sources/update-identity';

const said = { time: '2026-03-02T02:00:00.000Z', rawStatus: 'delivered', text: '已签收' };

const update = (keys: readonly string[], change: Partial<ShipmentUpdate> = {}): ShipmentUpdate => ({
  source: 'own-system',
  carrier: 'yto',
  trackingNo: 'YT1234',
  events: keys.map((key) => ({ ...said, key, status: 'delivered' })),
  ...change,
});

describe('the key of an event', () => {
  test('is the id that the sender gave', () => {
    expect(eventKey({ ...said, id: 'e-1' })).toBe('id:e-1');
  });

  test('is otherwise made of what the event says', () => {
    expect(eventKey(said)).toMatch(/^said:[0-9a-f]{64}$/);
    expect(eventKey({ ...said })).toBe(eventKey(said));
    expect(eventKey({ ...said, time: '2026-03-02T02:00:01.000Z' })).not.toBe(eventKey(said));
    expect(eventKey({ ...said, rawStatus: 'returned' })).not.toBe(eventKey(said));
    expect(eventKey({ ...said, text: '' })).not.toBe(eventKey(said));
  });

  test('never confuses where one part ends and the next begins', () => {
    expect(eventKey({ time: 't', rawStatus: 'a|b', text: 'c' })).not.toBe(
      eventKey({ time: 't', rawStatus: 'a', text: 'b|c' }),
    );
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

  test('differs with the events, the carrier, the number and the source', () => {
    const ids = [
      update(['a']),
      update(['a', 'b']),
      update(['ab']),
      update([]),
      update(['a'], { carrier: 'zto' }),
      update(['a'], { trackingNo: 'YT1235' }),
      update(['a'], { source: 'sf' }),
    ].map(deliveryWorkflowId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has five parts whatever the carrier is called', () => {
    const id = deliveryWorkflowId(update(['a'], { carrier: '圆通/上海 a' }));
    expect(id.split('/')).toHaveLength(5);
    expect(decodeURIComponent(id.split('/')[2] ?? '')).toBe('圆通/上海 a');
  });
});
