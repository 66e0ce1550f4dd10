import { describe, expect, test } from '@jest/globals';
import { deliverySummary } from '../../src/deliveries/start';
import type { ShipmentEvent, ShipmentUpdate } from '../../src/shipment/update';

const scan = (time: string, change: Partial<ShipmentEvent> = {}): ShipmentEvent => ({
  key: time,
  time,
  status: 'in_transit',
  rawStatus: 'in_transit',
  text: '',
  ...change,
});
const update = (events: readonly ShipmentEvent[], carrier = 'yto'): ShipmentUpdate => ({
  source: 'kuaidi100',
  carrier,
  trackingNo: 'YT1234',
  events,
});

describe('the summary of a delivery', () => {
  test('tells the newest event, wherever it stands, in the time of the carrier', () => {
    const events = [
      scan('2026-02-06T16:30:00.000Z', { status: 'delivered' }),
      scan('2026-02-05T02:00:00.000Z'),
    ];
    expect(deliverySummary(update(events))).toBe('yto YT1234: delivered at 2026-02-07 00:30 (kuaidi100)');
  });

  test('tells a status that nobody knows in its own word', () => {
    const events = [scan('2026-02-06T16:30:00.000Z', { status: null, rawStatus: '妥投' })];
    expect(deliverySummary(update(events))).toBe(
      'yto YT1234: unknown status 妥投 at 2026-02-07 00:30 (kuaidi100)',
    );
  });

  test('tells when nothing happened', () => {
    expect(deliverySummary(update([]))).toBe('yto YT1234: no events (kuaidi100)');
  });

  test('says what a carrier says, and links nowhere', () => {
    const events = [scan('2026-02-06T16:30:00.000Z', { status: null, rawStatus: '[x](//evil.example)' })];
    expect(deliverySummary(update(events, 'www.evil.example'))).toBe(
      '`www.evil.example YT1234`: unknown status `[x](//evil.example)` at 2026-02-07 00:30 (kuaidi100)',
    );
  });

  test('that is cut in a name is closed', () => {
    const events = [
      scan('2026-02-06T16:30:00.000Z', { status: null, rawStatus: `[x](//${'圆'.repeat(60)})` }),
    ];
    const summary = deliverySummary(update(events));
    expect(summary).toMatch(/`\[x\]\(\/\/圆+`$/);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(200);
  });

  test('is cut between characters', () => {
    const summary = deliverySummary(update([], '🚚'.repeat(64)));
    expect(summary).toBe('🚚'.repeat(50));
    expect(Buffer.byteLength(summary)).toBe(200);
  });
});
