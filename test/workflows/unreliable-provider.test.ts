import { expect, test } from '@jest/globals';
import type { PushClass, PushProvider } from '../../src/push/provider';
import { createUniCloudProvider } from '../../src/push/unicloud/unicloud';
import { useLab } from '../setup/delivery-lab';
import { parcelOfMany } from '../setup/many-phones';
import { startUnreliableFunction } from '../setup/unreliable-function';
import { use } from '../setup/use';

const PARCELS = 20;
const PHONES = 50;
/** A hundred and fifty pushes: what two busy cores carry without timeouts of their own. */
const DELIVERIES_AT_ONCE = 3;

/** A provider's minute is a second, and its silence one: what is waited for is the same. */
const timers = { request: 1_000, heldLook: 300, retryScale: 1 / 60 };

/** What one request came to, as Waybell saw it. */
interface Heard {
  readonly requestId: string;
  end?: PushClass;
  definite?: boolean;
  endedAt?: number;
  readonly begunAt: number;
}

const provider = use(startUnreliableFunction);
const lab = useLab();

test('1,000 pushes through a provider of which three answers in ten are no good all arrive; every repeat follows an unclear end', async () => {
  const parcels = await Promise.all(Array.from({ length: PARCELS }, () => parcelOfMany(lab, PHONES - 1)));
  const real = createUniCloudProvider({ url: provider.url });
  const heard = new Map<string, Heard[]>();
  const unicloud: PushProvider = {
    name: 'unicloud',
    async send(message, signal) {
      const one: Heard = { requestId: message.requestId, begunAt: performance.now() };
      heard.set(message.cid, [...(heard.get(message.cid) ?? []), one]);
      const answer = await real.send(message, signal);
      Object.assign(one, { end: answer.class, definite: answer.definite, endedAt: performance.now() });
      return answer;
    },
  };
  await lab.withWorker(
    async () => {
      const waiting = [...parcels];
      const lane = async (): Promise<void> => {
        for (let parcel = waiting.pop(); parcel; parcel = waiting.pop()) {
          const handle = await lab.start(parcel, 'delivered', 1);
          expect(await handle.result()).toMatchObject({ outcome: 'success' });
        }
      };
      await Promise.all(Array.from({ length: DELIVERIES_AT_ONCE }, lane));
    },
    undefined,
    { providers: new Map([['unicloud', unicloud]]), timers },
  );

  const phones = parcels.flatMap(({ cids }) => cids);
  expect(phones).toHaveLength(PARCELS * PHONES);
  let repeats = 0;
  for (const cid of phones) {
    const tries = heard.get(cid) ?? [];
    // A try that Temporal gave up on a busy machine may still run when the next one begins: its end is unclear too.
    const overlaps = ({ endedAt = Infinity }: Heard, next: Heard): boolean => endedAt > next.begunAt;
    const earlier = tries.slice(0, -1).map((one, i) => ({ one, next: tries[i + 1] as Heard }));
    // Reached, and then left alone.
    expect(tries.at(-1)?.end).toBe('accepted');
    for (const { one, next } of earlier) {
      expect(one.end === 'retry' || overlaps(one, next)).toBe(true);
      // A certain "no" gives the next request a new id; after an unclear end the provider must know it again.
      if ((one.endedAt ?? Infinity) < next.begunAt)
        expect(next.requestId === one.requestId).toBe(!one.definite);
    }
    const taken = provider.tries.filter((each) => each.taken && each.cid === cid).length;
    const unclear = earlier.filter(({ one, next }) => !one.definite || overlaps(one, next)).length;
    expect(taken - 1).toBeLessThanOrEqual(unclear);
    repeats += taken - 1;
  }
  const all = [...heard.values()].flat();
  // A busy machine may let the time of a try pass before its request has left.
  expect(provider.tries.length).toBeLessThanOrEqual(all.length);
  expect(all.filter(({ end }) => end === 'retry').length).toBeGreaterThan(phones.length / 4);
  expect(repeats).toBeGreaterThan(0);
}, 600_000);
