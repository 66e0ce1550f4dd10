import { describe, expect, test } from '@jest/globals';
import { providersWithQueue } from '../../src/activities/find-devices';

describe('a queue of its own', () => {
  test('is for each of several providers', () => {
    expect([...providersWithQueue(['unicloud', 'webpush'], {})]).toEqual(['unicloud', 'webpush']);
  });

  test('is for a provider with a rate', () => {
    expect([...providersWithQueue(['unicloud'], { unicloud: 100 })]).toEqual(['unicloud']);
  });

  test('is not for the only provider without a rate', () => {
    expect([...providersWithQueue(['unicloud'], { fcm: 100 })]).toEqual([]);
  });
});
