import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';

test('texts are kept as long as deliveries where nothing else is said, and never longer', () => {
  const textsOf = (settings: Record<string, string>): number => loadConfig(settings).retention.texts;
  expect(textsOf({})).toBe(90);
  expect(textsOf({ DELIVERY_RETENTION_DAYS: '60' })).toBe(60);
  expect(textsOf({ TEXT_RETENTION_DAYS: '7' })).toBe(7);
  expect(() => textsOf({ TEXT_RETENTION_DAYS: '91' })).toThrow(
    'TEXT_RETENTION_DAYS: at most DELIVERY_RETENTION_DAYS, which is 90',
  );
  expect(() => textsOf({ TEXT_RETENTION_DAYS: '6' })).toThrow('TEXT_RETENTION_DAYS');
});
