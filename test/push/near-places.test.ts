import { describe, expect, test } from '@jest/globals';
import { createNearPlaces, type NearPlaces } from '../../src/push/near-places';

const BOUNDS = { process: 5, provider: 3, merchant: 2, waiting: 2, waitingOfMerchant: 1 };
/** As it is, where nobody waits. */
const AT_ONCE = { ...BOUNDS, waiting: 0 };

describe('the places for pushes that are tried near', () => {
  let now = 0;
  const open = (bounds = AT_ONCE): NearPlaces => createNearPlaces(bounds, () => now);
  let pushes = 0;
  const push = (provider: string, merchantId?: string) => {
    pushes += 1;
    return { messageId: `message-${pushes}`, deviceId: `${pushes}`, provider, merchantId };
  };
  const count = async (
    places: NearPlaces,
    provider: string,
    merchantIds: (string | undefined)[],
  ): Promise<number> => {
    const taken = await Promise.all(
      merchantIds.map((merchantId) => places.take([push(provider, merchantId)])),
    );
    return taken.filter(Boolean).length;
  };

  test('are few for each merchant, for each provider and in all', async () => {
    const places = open();
    expect(await count(places, 'fcm', ['loud', 'loud', 'loud', 'loud'])).toBe(2);
    expect(await count(places, 'fcm', ['quiet', 'quiet'])).toBe(1);
    expect(await count(places, 'apns', ['a', 'b', 'c'])).toBe(2);
  });

  test('are for all pushes of a delivery or for none', async () => {
    const places = open();
    const three = ['m', 'm', 'm'].map((merchantId) => push('fcm', merchantId));
    expect(await places.take(three)).toBe(false);
    expect(await places.take(three.slice(1))).toBe(true);
  });

  test('are not counted by merchant where a parcel has none', async () => {
    expect(await count(open(), 'fcm', [undefined, undefined, undefined, undefined])).toBe(3);
  });

  test('are free again once the try has ended, or its task was lost', async () => {
    const places = open();
    const [one, two] = [push('fcm', 'm'), push('fcm', 'm')];
    expect([await places.take([one, two]), await places.take([push('fcm', 'm')])]).toEqual([true, false]);
    places.leave(one);
    expect(await count(places, 'fcm', ['m', 'm'])).toBe(1);
    now += 60_000;
    expect(await count(places, 'fcm', ['m', 'm', 'm'])).toBe(2);
  });

  test.each([
    ['keeps one waiting now', () => (now += 3_000)],
    ['has kept one waiting', (places: NearPlaces) => places.took('fcm', 3_000)],
    ['is held', (places: NearPlaces) => places.keepApart('fcm')],
  ])('are for no push of a provider that %s, until half a minute later', async (_, happens) => {
    const places = open();
    const waiting = push('fcm', 'a');
    expect(await places.take([waiting])).toBe(true);
    happens(places);
    expect(await count(places, 'fcm', ['b'])).toBe(0);
    expect(await count(places, 'apns', ['b'])).toBe(1);
    places.leave(waiting);
    now += 29_000;
    expect(await count(places, 'fcm', ['b'])).toBe(0);
    now += 2_000;
    expect(await count(places, 'fcm', ['b'])).toBe(1);
  });

  test('are waited for a moment, by those who would fit', async () => {
    const places = open(BOUNDS);
    const [one, two] = [push('fcm', 'm'), push('fcm', 'm')];
    expect(await places.take([one, two])).toBe(true);
    const next = places.take([push('fcm', 'm')]);
    places.leave(one);
    expect(await next).toBe(true);
    // Nobody gives one back for this one, and those who need more than there are do not wait at all.
    expect(await places.take([push('fcm', 'm')])).toBe(false);
    expect(await places.take(['m', 'm', 'm'].map((merchantId) => push('apns', merchantId)))).toBe(false);
  });

  test('are waited for by few, and by fewer of one merchant', async () => {
    const places = open(BOUNDS);
    const taken = ['a', 'b', 'c'].map((merchantId) => push('fcm', merchantId));
    expect(await places.take(taken)).toBe(true);
    const waiting = ['loud', 'loud', 'quiet', 'third'].map((merchantId) =>
      places.take([push('fcm', merchantId)]),
    );
    taken.forEach((one) => places.leave(one));
    expect(await Promise.all(waiting)).toEqual([true, false, true, false]);
  });

  test('are not waited for once their provider lets others wait', async () => {
    const places = open(BOUNDS);
    const taken = ['a', 'b', 'c'].map((merchantId) => push('fcm', merchantId));
    expect(await places.take(taken)).toBe(true);
    const waiting = places.take([push('fcm', 'd')]);
    places.keepApart('fcm');
    taken.forEach((one) => places.leave(one));
    expect(await waiting).toBe(false);
  });
});
