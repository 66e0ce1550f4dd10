/**
 * How many pushes may be tried in the workflow task that found their device, at one moment in one process. Each holds a
 * task for as long as its request takes, of which a worker has 40: a provider that hangs leaves the others more than
 * half of them. One merchant leaves places for others, since such a try waits in no queue that takes turns.
 */
const NEAR_BOUNDS = { process: 16, provider: 12, merchant: 6 };

/**
 * A provider that needs longer for one push is slow; milliseconds. Most need a tenth of it; the rest is for a machine
 * that is busy, which a hop through the server would make busier.
 */
const SLOW_MS = 2_000;
/** How long nothing is tried near that a provider would keep waiting; milliseconds. Then a few show how it is. */
const APART_MS = 30_000;
/** A place that nobody gave back, since its task was lost, is free again: no try is under way for so long; milliseconds. */
const FORGOTTEN_MS = 15_000;

/** A push that may be tried near. */
export interface NearPush {
  readonly messageId: string;
  readonly deviceId: string;
  readonly provider: string;
  readonly merchantId: string | undefined;
}

/** The places for pushes that are tried near, in this process. */
export interface NearPlaces {
  /** Takes a place for each push, or none. Returns whether there were so many, with providers that let nobody wait. */
  take(pushes: readonly NearPush[]): boolean;
  leave(push: Pick<NearPush, 'messageId' | 'deviceId'>): void;
  /** Tells how long a provider took for a push. */
  took(provider: string, ms: number): void;
  /** The pushes of a provider wait: for a while none of them is tried near. */
  keepApart(provider: string): void;
}

/** @param now a clock that nobody sets; milliseconds */
export function createNearPlaces(bounds = NEAR_BOUNDS, now = () => performance.now()): NearPlaces {
  const taken = new Map<string, NearPush & { readonly at: number }>();
  const apartUntil = new Map<string, number>();
  const keepApart = (provider: string): void => void apartUntil.set(provider, now() + APART_MS);
  const keyOf = ({ messageId, deviceId }: Pick<NearPush, 'messageId' | 'deviceId'>): string =>
    `${deviceId} ${messageId}`;

  return {
    take(pushes) {
      const begin = now();
      for (const [key, { at }] of taken) if (begin - at > FORGOTTEN_MS) taken.delete(key);
      for (const { provider, at } of taken.values()) if (begin - at > SLOW_MS) keepApart(provider);
      const all = [...taken.values(), ...pushes];
      const isFree = pushes.every(
        ({ provider, merchantId }) =>
          all.length <= bounds.process &&
          all.filter((other) => other.provider === provider).length <= bounds.provider &&
          (merchantId === undefined ||
            all.filter((other) => other.merchantId === merchantId).length <= bounds.merchant) &&
          begin >= (apartUntil.get(provider) ?? 0),
      );
      if (isFree) for (const push of pushes) taken.set(keyOf(push), { ...push, at: begin });
      return isFree;
    },
    leave: (push) => void taken.delete(keyOf(push)),
    took(provider, ms) {
      if (ms > SLOW_MS) keepApart(provider);
    },
    keepApart,
  };
}
