import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LAB_TIMERS, useLab } from '../setup/delivery-lab';
import { fewAtOnce } from '../../src/few-at-once';
import { accepted, gone, refused } from '../setup/cloud-function';

/** As many as the machine is given time for: `npm run test:seeds` plays a thousand. */
const SEEDS = Number(process.env.SEEDS ?? 40);
const AT_ONCE = 10;
const STEPS = 8;
/** What a delivery may do at most for each thing that happens to it. */
const MOST_EVENTS = 400;

/** The same numbers for the same seed (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const HAPPENINGS = [
  'order to another user',
  'order to another merchant',
  'order to nobody',
  'order back',
  'device moves',
  'retry all',
  'retry some',
  'registers',
  'unregisters',
  'superseded',
  'cancelled',
  'reset',
  'notification deleted',
] as const;

describe('a delivery to which anything happens in any order', () => {
  const lab = useLab();

  test(`ends or waits, and pushes to nobody wrong and to no phone twice (${SEEDS} seeds)`, async () => {
    const query = (text: string, values: unknown[] = []): Promise<{ rows: { id: string }[] }> =>
      lab.db.pool.query<{ id: string }>(text, values);

    async function play(seed: number): Promise<string[]> {
      const random = numbersOf(seed);
      const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
      const parcel = await lab.parcel({ user: 2, merchant: 1 });
      const { orderId, userId } = parcel;
      const others = [`${userId}-b`, `${userId}-c`];
      const cids = [...parcel.cids];
      for (const other of others) cids.push(await lab.registerDevice({ userId: other }));
      for (const cid of cids) lab.cloud.answer(cid, pick([accepted(cid), accepted(cid), refused, gone]));
      // Who owned the order and each phone, at any time: nobody else may ever be told.
      const owners = new Set([userId]);
      const ownersOf = new Map<string, Set<string>>(cids.map((cid) => [cid, new Set<string>()]));
      for (const cid of parcel.cids) ownersOf.get(cid)?.add(userId);
      others.forEach((other, n) => ownersOf.get(cids[3 + n] ?? '')?.add(other));

      const handle = await lab.start(parcel, 'out_for_delivery', 1);
      const { client, namespace } = lab.temporal;
      const current = client.workflow.getHandle(handle.workflowId);
      const played: string[] = [];
      const giveTo = async (user: string | null): Promise<void> => {
        if (user !== null) owners.add(user);
        await query(`update ml_orders set user_id = $2 where id = $1`, [orderId, user]);
        await current.signal('orderLinked');
      };
      const register = async (cid: string, user: string): Promise<void> => {
        ownersOf.set(cid, (ownersOf.get(cid) ?? new Set<string>()).add(user));
        await lab.registerDevice({ userId: user }, cid);
        await current.signal('deviceRegistered');
      };
      const happen: Record<(typeof HAPPENINGS)[number], () => Promise<unknown>> = {
        'order to another user': () => giveTo(pick(others)),
        'order to another merchant': () =>
          query(`update ml_orders set merchant_id = $2 where id = $1`, [orderId, `${userId}-m`]),
        'order to nobody': () => giveTo(null),
        'order back': () => giveTo(userId),
        'device moves': () => register(pick(cids), pick(others)),
        'retry all': () => current.signal('retry', {}),
        'retry some': () => current.signal('retry', { devices: [pick(cids)] }),
        registers: async () => {
          const cid = `new-${randomUUID()}`;
          lab.cloud.answer(cid, accepted(cid));
          cids.push(cid);
          await register(cid, pick([userId, ...others]));
        },
        unregisters: () => query(`update push_devices set is_active = false where cid = $1`, [pick(cids)]),
        superseded: () => lab.start(parcel, 'delivered', 2).catch(() => undefined),
        cancelled: () => current.cancel(),
        reset: async () => {
          const { runId } = await current.describe();
          await client.workflowService.resetWorkflowExecution({
            ...{ namespace, workflowExecution: { workflowId: handle.workflowId, runId } },
            ...{ workflowTaskFinishEventId: 4 as never, requestId: randomUUID() },
          });
        },
        'notification deleted': () =>
          query(`delete from express_notifications where workflow_id = $1 and aud = 'user'`, [
            handle.workflowId,
          ]),
      };
      for (let step = 0; step < STEPS; step += 1) {
        const what = pick(HAPPENINGS);
        played.push(what);
        // What has ended takes no signal: that is an answer too.
        await happen[what]().catch(() => undefined);
        await sleep(Math.floor(random() * 150));
      }
      await settled(handle.workflowId);
      return problemsOf({ seed, played, cids, owners, ownersOf, workflowId: handle.workflowId, parcel });
    }

    /** It has ended, or nothing has been added to its history for a while. */
    async function settled(workflowId: string): Promise<void> {
      const handle = lab.temporal.client.workflow.getHandle(workflowId);
      for (let before = -1, tries = 0; tries < 120; tries += 1) {
        const { historyLength, status } = await handle.describe();
        if (status.name !== 'RUNNING' || Number(historyLength) === before) return;
        before = Number(historyLength);
        await sleep(1_500);
      }
      throw new Error(`${workflowId} comes to no rest`);
    }

    async function problemsOf(one: {
      readonly seed: number;
      readonly played: readonly string[];
      readonly cids: readonly string[];
      readonly owners: ReadonlySet<string>;
      readonly ownersOf: ReadonlyMap<string, ReadonlySet<string>>;
      readonly workflowId: string;
      readonly parcel: { readonly cids: readonly string[] };
    }): Promise<string[]> {
      const problems: string[] = [];
      const merchantPhone = one.parcel.cids[2];
      const { historyLength } = await lab.temporal.client.workflow.getHandle(one.workflowId).describe();
      if (Number(historyLength) > MOST_EVENTS) problems.push(`${historyLength} events`);
      for (const cid of one.cids) {
        const requests = lab.cloud.requests.filter((request) => request.push_clientid === cid);
        const isAnyones = [...(one.ownersOf.get(cid) ?? [])].some((owner) => one.owners.has(owner));
        if (requests.length > 0 && !isAnyones && cid !== merchantPhone) problems.push(`${cid}: a stranger's`);
        if (requests.length > 2 * STEPS) problems.push(`${cid}: ${requests.length} requests`);
      }
      const { rows } = await lab.db.pool.query<{ twice: string }>(
        `select device_id || ' ' || count(*) as twice
           from waybell.express_pushes
          where workflow_id = $1 and state = 'accepted' and code <> 'accepted_before'
          group by device_id, split_part(message_id, ':', 5) having count(*) > 1`,
        [one.workflowId],
      );
      problems.push(...rows.map(({ twice }) => `told twice: ${twice}`));
      return problems.map((problem) => `seed ${one.seed}: ${problem} after ${one.played.join(', ')}`);
    }

    await lab.withWorker(
      async () => {
        const seeds = Array.from({ length: SEEDS }, (_, seed) => seed + 1);
        const problems = (await fewAtOnce(seeds, AT_ONCE, play)).flat();
        expect(problems).toEqual([]);
      },
      undefined,
      { timers: { ...LAB_TIMERS, retryScale: 1 / 60 } },
    );
  }, 3_600_000);
});
