/**
 * How many pushes may be tried in the workflow task that found their device, at one moment in one process. Each holds a
 * task for as long as its request takes, of which a worker has 40: a provider that hangs leaves the others more than
 * half of them. One merchant leaves places for others, since such a try waits in no queue that takes turns.
 * A few deliveries, and fewer of one merchant, wait for places: each holds its workflow task meanwhile.
 */
const NEAR_BOUNDS = { process: 16, provider: 12, merchant: 6, waiting: 12, waitingOfMerchant: 4 };

/**
 * How long a delivery waits for its places; milliseconds. A provider that answers has given one back by then, and a push
 * that goes far instead costs two more hops through the server.
 */
const WAIT_MS = 300;

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
  /**
   * Takes a place for each push, or none, and waits a moment for them.
   * @returns whether there were so many, with providers that let nobody wait
   */
  take(pushes: readonly NearPush[]): Promise<boolean>;
  leave(push: Pick<NearPush, 'messageId' | 'deviceId'>): void;
  /** Tells how long a provider took for a push. */
  took(provider: string, ms: number): void;
  /** The pushes of a provider wait: for a while none of them is tried near. */
  keepApart(provider: string): void;
}

/** A delivery that waits for places. */
interface Waiting {
  readonly pushes: readonly NearPush[];
  readonly end: (isNear: boolean) => void;
}

/** @param now a clock that nobody sets; milliseconds */
export function createNearPlaces(bounds = NEAR_BOUNDS, now = () => performance.now()): NearPlaces {
  const taken = new Map<string, NearPush & { readonly at: number }>();
  const apartUntil = new Map<string, number>();
  const queue = new Set<Waiting>();
  const keyOf = ({ messageId, deviceId }: Pick<NearPush, 'messageId' | 'deviceId'>): string =>
    `${deviceId} ${messageId}`;

  function keepApart(provider: string): void {
    apartUntil.set(provider, now() + APART_MS);
    serve();
  }

  const isApart = (pushes: readonly NearPush[]): boolean =>
    pushes.some(({ provider }) => now() < (apartUntil.get(provider) ?? 0));

  /** Whether there are places for pushes beside others. */
  function fits(pushes: readonly NearPush[], others: readonly NearPush[]): boolean {
    const all = [...others, ...pushes];
    return pushes.every(
      ({ provider, merchantId }) =>
        all.length <= bounds.process &&
        all.filter((other) => other.provider === provider).length <= bounds.provider &&
        (merchantId === undefined ||
          all.filter((other) => other.merchantId === merchantId).length <= bounds.merchant),
    );
  }

  function takeNow(pushes: readonly NearPush[]): boolean {
    const at = now();
    if (isApart(pushes) || !fits(pushes, [...taken.values()])) return false;
    for (const push of pushes) taken.set(keyOf(push), { ...push, at });
    return true;
  }

  /** Whoever came first, and fits: one that needs many does not hold up those that need few. */
  function serve(): void {
    for (const waiting of queue) {
      if (isApart(waiting.pushes)) waiting.end(false);
      else if (takeNow(waiting.pushes)) waiting.end(true);
    }
  }

  function mayWait(pushes: readonly NearPush[]): boolean {
    const merchantOf = ([push]: readonly NearPush[]): string | undefined => push?.merchantId;
    const ofMerchant = [...queue].filter((one) => merchantOf(one.pushes) === merchantOf(pushes)).length;
    return (
      queue.size < bounds.waiting &&
      (merchantOf(pushes) === undefined || ofMerchant < bounds.waitingOfMerchant) &&
      fits(pushes, []) &&
      !isApart(pushes)
    );
  }

  return {
    async take(pushes) {
      const begin = now();
      for (const [key, { at }] of taken) if (begin - at > FORGOTTEN_MS) taken.delete(key);
      for (const { provider, at } of taken.values()) if (begin - at > SLOW_MS) keepApart(provider);
      if (takeNow(pushes)) return true;
      if (!mayWait(pushes)) return false;
      return new Promise((resolve) => {
        const end = (isNear: boolean): void => {
          clearTimeout(late);
          queue.delete(waiting);
          resolve(isNear);
        };
        const late = setTimeout(end, WAIT_MS, false);
        const waiting = { pushes, end };
        queue.add(waiting);
      });
    },
    leave(push) {
      taken.delete(keyOf(push));
      serve();
    },
    took(provider, ms) {
      if (ms > SLOW_MS) keepApart(provider);
    },
    keepApart,
  };
}
