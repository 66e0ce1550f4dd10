import { describe, expect, test } from '@jest/globals';
import { createNearPlaces, type NearPlaces } from '../../src/push/near-places';

const BOUNDS = { process: 5, provider: 3, merchant: 2 };

describe('the places for pushes that are tried near', () => {
  let now = 0;
  const open = (): NearPlaces => createNearPlaces(BOUNDS, () => now);
  let pushes = 0;
  const push = (provider: string, merchantId?: string) => {
    pushes += 1;
    return { messageId: `message-${pushes}`, deviceId: `${pushes}`, provider, merchantId };
  };
  const count = (places: NearPlaces, provider: string, merchantIds: (string | undefined)[]): number =>
    merchantIds.filter((merchantId) => places.take([push(provider, merchantId)])).length;

  test('are few for each merchant, for each provider and in all', () => {
    const places = open();
    expect(count(places, 'fcm', ['loud', 'loud', 'loud', 'loud'])).toBe(2);
    expect(count(places, 'fcm', ['quiet', 'quiet'])).toBe(1);
    expect(count(places, 'apns', ['a', 'b', 'c'])).toBe(2);
  });

  test('are for all pushes of a delivery or for none', () => {
    const places = open();
    const three = ['m', 'm', 'm'].map((merchantId) => push('fcm', merchantId));
    expect(places.take(three)).toBe(false);
    expect(places.take(three.slice(1))).toBe(true);
  });

  test('are not counted by merchant where a parcel has none', () => {
    expect(count(open(), 'fcm', [undefined, undefined, undefined, undefined])).toBe(3);
  });

  test('are free again once the try has ended, or its task was lost', () => {
    const places = open();
    const [one, two] = [push('fcm', 'm'), push('fcm', 'm')];
    expect([places.take([one, two]), places.take([push('fcm', 'm')])]).toEqual([true, false]);
    places.leave(one);
    expect(count(places, 'fcm', ['m', 'm'])).toBe(1);
    now += 60_000;
    expect(count(places, 'fcm', ['m', 'm', 'm'])).toBe(2);
  });

  test.each([
    ['keeps one waiting now', () => (now += 3_000)],
    ['has kept one waiting', (places: NearPlaces) => places.took('fcm', 3_000)],
    ['is held', (places: NearPlaces) => places.keepApart('fcm')],
  ])('are for no push of a provider that %s, until half a minute later', (_, happens) => {
    const places = open();
    const waiting = push('fcm', 'a');
    expect(places.take([waiting])).toBe(true);
    happens(places);
    expect(count(places, 'fcm', ['b'])).toBe(0);
    expect(count(places, 'apns', ['b'])).toBe(1);
    places.leave(waiting);
    now += 29_000;
    expect(count(places, 'fcm', ['b'])).toBe(0);
    now += 2_000;
    expect(count(places, 'fcm', ['b'])).toBe(1);
  });
});
