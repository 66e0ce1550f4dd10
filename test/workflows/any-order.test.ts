import { beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LAB_TIMERS, useLab } from '../setup/delivery-lab';
import { fewAtOnce } from '../../src/few-at-once';
import { accepted, gone, refused } from '../setup/cloud-function';
import { Ownership } from '../setup/ownership';
import { firstMessageId } from '../../src/shipment/message-id';

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

/** One claim of a push: what the product saw then lies between two moments. */
interface Claim {
  readonly cid: string;
  readonly messageId: string;
  readonly audience: 'user' | 'merchant';
  readonly began: number;
  readonly ended: number;
}

/** Keeps a word of each claim, written in the transaction that claims. */
const WATCH_CLAIMS = `
  create table claims (cid text, message_id text, aud text, began float8, ended float8);
  create function note_claim() returns trigger language plpgsql as $$
  begin
    insert into claims
    select new.cid, new.message_id, split_part(new.message_id, ':', 5),
           extract(epoch from statement_timestamp()) * 1000, extract(epoch from clock_timestamp()) * 1000;
    return null;
  end $$;
  create trigger note_claim after insert or update on waybell.express_pushes
    for each row when (new.state = 'claimed') execute function note_claim();`;

describe('a delivery to which anything happens in any order', () => {
  const lab = useLab();
  beforeAll(() => lab.db.pool.query(WATCH_CLAIMS));

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
      const accepting = new Set(cids.filter(() => random() < 0.5));
      for (const cid of cids)
        lab.cloud.answer(cid, accepting.has(cid) ? accepted(cid) : pick([refused, gone]));
      const order = { user: new Ownership(userId), merchant: new Ownership(parcel.merchantId) };
      const phones = new Map<string, Record<Claim['audience'], Ownership>>();
      const phoneOf = (cid: string, user: string | null, merchant: string | null = null): void => {
        phones.set(cid, { user: new Ownership(user), merchant: new Ownership(merchant) });
      };
      for (const cid of parcel.cids.slice(0, 2)) phoneOf(cid, userId);
      phoneOf(parcel.cids[2] ?? '', null, parcel.merchantId);
      others.forEach((other, n) => phoneOf(cids[3 + n] ?? '', other));

      const handle = await lab.start(parcel, 'out_for_delivery', 1);
      const { client, namespace } = lab.temporal;
      const current = client.workflow.getHandle(handle.workflowId);
      const played: string[] = [];
      const giveTo = async (user: string | null): Promise<void> => {
        await order.user.change(user, () =>
          query(`update ml_orders set user_id = $2 where id = $1`, [orderId, user]),
        );
        await current.signal('orderLinked');
      };
      /** Both owners of a phone change with one statement. */
      const changePhone = async (
        cid: string,
        user: string | null,
        write: () => Promise<unknown>,
      ): Promise<void> => {
        const phone = phones.get(cid);
        await phone?.merchant.change(null, () => phone.user.change(user, write));
      };
      const register = async (cid: string, user: string): Promise<void> => {
        await changePhone(cid, user, () => lab.registerDevice({ userId: user }, cid));
        await current.signal('deviceRegistered');
      };
      const happen: Record<(typeof HAPPENINGS)[number], () => Promise<unknown>> = {
        'order to another user': () => giveTo(pick(others)),
        'order to another merchant': () =>
          order.merchant.change(`${userId}-m`, () =>
            query(`update ml_orders set merchant_id = $2 where id = $1`, [orderId, `${userId}-m`]),
          ),
        'order to nobody': () => giveTo(null),
        'order back': () => giveTo(userId),
        'device moves': () => register(pick(cids), pick(others)),
        'retry all': () => current.signal('retry', {}),
        'retry some': () => current.signal('retry', { devices: [pick(cids)] }),
        registers: async () => {
          const cid = `new-${randomUUID()}`;
          lab.cloud.answer(cid, accepted(cid));
          accepting.add(cid);
          cids.push(cid);
          phoneOf(cid, null);
          await register(cid, pick([userId, ...others]));
        },
        unregisters: () => {
          const cid = pick(cids);
          return changePhone(cid, null, () =>
            query(`update push_devices set is_active = false where cid = $1`, [cid]),
          );
        },
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
      const told = { cids, accepting, order, phones, workflowId: handle.workflowId };
      return (await problemsOf(told)).map((problem) => `seed ${seed}: ${problem} after ${played.join(', ')}`);
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
      readonly cids: readonly string[];
      readonly accepting: ReadonlySet<string>;
      readonly order: Readonly<Record<Claim['audience'], Ownership>>;
      readonly phones: ReadonlyMap<string, Readonly<Record<Claim['audience'], Ownership>>>;
      readonly workflowId: string;
    }): Promise<string[]> {
      const problems: string[] = [];
      const { historyLength } = await lab.temporal.client.workflow.getHandle(one.workflowId).describe();
      if (Number(historyLength) > MOST_EVENTS) problems.push(`${historyLength} events`);

      const { rows: claims } = await lab.db.pool.query<Claim>(
        `select cid, message_id as "messageId", aud as audience, began, ended from claims where cid = any ($1)`,
        [one.cids],
      );
      // Nobody wrong: at the moment of the claim the phone and the order were of one and the same person.
      for (const { cid, audience, began, ended } of claims) {
        const named = one.order[audience].during(began, ended);
        const owners = one.phones.get(cid)?.[audience].during(began, ended) ?? [];
        if (!owners.some((owner) => owner !== null && named.includes(owner)))
          problems.push(`${cid} of ${owners.join(' or ')} rang for an order of ${named.join(' or ')}`);
      }
      for (const cid of one.cids) {
        const requests = lab.cloud.requests.filter((request) => request.push_clientid === cid);
        const claimed = claims.filter((claim) => claim.cid === cid);
        if (requests.length > claimed.length) problems.push(`${cid}: a request that was never claimed`);
        if (requests.length > 2 * STEPS) problems.push(`${cid}: ${requests.length} requests`);
        // A request id that comes again is dropped by the provider, as after an answer that nobody read.
        const taken = new Map<string, Set<string>>();
        for (const { payload, request_id: id } of one.accepting.has(cid) ? requests : []) {
          const news = firstMessageId(payload.notificationId);
          taken.set(news, (taken.get(news) ?? new Set()).add(id));
        }
        for (const [news, ids] of taken)
          if (ids.size > 1) problems.push(`${cid} rang ${ids.size} times for ${news}`);
      }
      const { rows } = await lab.db.pool.query<{ twice: string }>(
        `select device_id || ' ' || count(*) as twice
           from waybell.express_pushes
          where cid = any ($1) and state = 'accepted' and code <> 'accepted_before'
          group by device_id, array_to_string((string_to_array(message_id, ':'))[1:5], ':') having count(*) > 1`,
        [one.cids],
      );
      return [...problems, ...rows.map(({ twice }) => `told twice: ${twice}`)];
    }

    await lab.withWorker(
      async () => {
        const seeds = Array.from({ length: SEEDS }, (_, seed) => seed + 1);
        const problems = (await fewAtOnce(seeds, AT_ONCE, play)).flat();
        expect(problems).toEqual([]);
        // The oracle has seen them all. How many there are is the machine's: what ends a delivery may come before its pushes.
        expect(lab.cloud.requests.length).toBeGreaterThan(0);
        const { rows } = await lab.db.pool.query<{ claims: number }>(
          `select count(*)::int as claims from claims`,
        );
        expect(rows[0]?.claims).toBeGreaterThanOrEqual(lab.cloud.requests.length);
      },
      undefined,
      { timers: { ...LAB_TIMERS, retryScale: 1 / 60 } },
    );
  }, 3_600_000);
});
