import { afterEach, describe, expect, test } from '@jest/globals';
import {
  recordPushAnswer,
  type AnsweredPush,
  type JudgedAnswer,
} from '../../src/activities/record-push-answer';
import { countHeldDeactivations, listHolds, settleHeldDeactivations } from '../../src/database/held';
import { inTransaction } from '../../src/database/pool';
import { listOutages } from '../../src/database/provider-failures';
import type { PushAnswer } from '../../src/push/provider';
import type { HoldCause } from '../../src/shipment/device';
import { useDatabase } from '../setup/database';

const ACCEPTED: PushAnswer = { class: 'accepted', reason: 'accepted', words: '', definite: false };
const GONE: PushAnswer = { class: 'deactivate', reason: 'invalid_cid', words: 'no such cid', definite: true };
const complaint = (hold: HoldCause, definite = true): PushAnswer => ({
  class: 'fail',
  reason: 'provider_config',
  words: 'HTTP 401',
  definite,
  hold,
});

let number = 0;
const db = useDatabase();
afterEach(() =>
  db.pool.query(
    `truncate waybell.push_circuits, waybell.held_deactivations, waybell.express_pushes, waybell.provider_failures`,
  ),
);

/** A device. */
async function device(): Promise<string> {
  const { rows } = await db.pool.query<{ id: string }>(
    `insert into push_devices (cid, user_id) values ($1, 'u') returning id::text`,
    [`cid-${(number += 1)}`],
  );
  return rows[0]?.id ?? '';
}

/** A push to a device that is under way. By itself, each is for another person. */
async function claimed(
  deviceId: string,
  change: Partial<AnsweredPush> = {},
  owner?: string,
): Promise<AnsweredPush> {
  const messageId = `message-${(number += 1)}`;
  await db.pool.query(
    `insert into express_notifications (message_id, aud, recipient_id) values ($1, 'user', $2)`,
    [messageId, owner ?? `owner-of-${messageId}`],
  );
  await db.pool.query(
    `insert into waybell.express_pushes
       (message_id, device_id, workflow_id, cid, provider, state, round, generation, attempts)
     values ($1, $2, 'w', 'c', 'unicloud', 'claimed', 1, 0, 1)`,
    [messageId, deviceId],
  );
  const provider = 'unicloud';
  const push = { messageId, deviceId, provider, triedAt: new Date(), probing: false, unclear: 0 };
  return { ...push, ...change };
}

const record = (push: AnsweredPush, answer: PushAnswer): Promise<JudgedAnswer> =>
  inTransaction(db.pool, (client) => recordPushAnswer(client, push, answer));
const answerFor = async (deviceId: string, answer: PushAnswer, owner?: string): Promise<JudgedAnswer> =>
  record(await claimed(deviceId, {}, owner), answer);
const isActive = async (deviceId: string): Promise<boolean | undefined> =>
  (
    await db.pool.query<{ is_active: boolean }>('select is_active from push_devices where id = $1', [
      deviceId,
    ])
  ).rows[0]?.is_active;
const storedPush = async ({ messageId }: AnsweredPush): Promise<unknown> =>
  (
    await db.pool.query('select state, code, generation from waybell.express_pushes where message_id = $1', [
      messageId,
    ])
  ).rows[0];
const devices = (count: number): Promise<string[]> => Promise.all(Array.from({ length: count }, device));

describe('what a provider says of itself', () => {
  test.each(['credential', 'quota', 'project'] as const)(
    '%s: one answer holds all its pushes',
    async (cause) => {
      const phone = await device();
      const push = await claimed(phone);
      expect(await record(push, complaint(cause))).toMatchObject({ heldBy: cause });
      expect(await storedPush(push)).toEqual({ state: 'retry', code: 'provider_config', generation: 1 });
      const [hold] = await listHolds(db.pool);
      expect(hold).toMatchObject({ provider: 'unicloud', cause, words: 'HTTP 401' });
      const wait = Number(hold?.probeAt) - Number(hold?.openedAt);
      expect(wait).toBeGreaterThan(25_000);
      expect(wait).toBeLessThan(35_000);
      expect(await isActive(phone)).toBe(true);
    },
  );

  test('keeps the first cause, and shows the latest words', async () => {
    const phone = await device();
    await answerFor(phone, complaint('credential'));
    await answerFor(phone, { ...complaint('quota'), words: 'HTTP 429' });
    expect(await listHolds(db.pool)).toMatchObject([{ cause: 'credential', words: 'HTTP 429' }]);
  });

  test('is over once a probe is accepted, and not by a push that was already under way', async () => {
    const phone = await device();
    await answerFor(phone, complaint('credential'));
    await answerFor(phone, ACCEPTED);
    expect(await listHolds(db.pool)).toHaveLength(1);
    await record(await claimed(phone, { probing: true }), ACCEPTED);
    expect(await listHolds(db.pool)).toEqual([]);
  });

  test.each([
    ['a message that is refused', { class: 'fail', reason: 'bad_payload', words: '', definite: true }],
    ['a device that is gone', GONE],
    ['"later"', { class: 'retry', reason: 'timeout', words: '', definite: false }],
  ] as const)('is not over by a probe that ends with %s', async (_what, answer) => {
    await answerFor(await device(), complaint('credential'));
    await record(await claimed(await device(), { probing: true }), answer);
    expect(await listHolds(db.pool)).toHaveLength(1);
  });

  test('a push that may have gone to everybody is not repeated, and its provider only goes on when a person says so', async () => {
    const push = await claimed(await device());
    expect((await record(push, complaint('project', false))).heldBy).toBeUndefined();
    expect(await storedPush(push)).toMatchObject({ state: 'failed', generation: 0 });
    expect(await listHolds(db.pool)).toMatchObject([{ cause: 'project', probeAt: null }]);
    await answerFor(await device(), complaint('project'));
    expect(await listHolds(db.pool)).toMatchObject([{ probeAt: null }]);
  });
});

const SUSPECT = complaint('suspect');
const isHeld = async (): Promise<boolean> => (await listHolds(db.pool)).length > 0;

describe('a suspicion', () => {
  test('holds a provider only once devices of three people brought it', async () => {
    const phones = await devices(5);
    for (const [index, owner] of ['a', 'a', 'b', 'a', 'b'].entries()) {
      expect((await answerFor(phones[index] ?? '', SUSPECT, owner)).heldBy).toBeUndefined();
      expect(await isHeld()).toBe(false);
    }
    expect(await answerFor(await device(), SUSPECT, 'c')).toMatchObject({ heldBy: 'suspect' });
    expect(await listHolds(db.pool)).toMatchObject([{ cause: 'suspect' }]);
  });

  test('of one person with forty devices holds nothing, one after the other or all at once', async () => {
    const phones = await devices(40);
    const pushes = await Promise.all(phones.map((phone) => claimed(phone, {}, 'attacker')));
    await Promise.all(pushes.slice(0, 20).map((push) => record(push, SUSPECT)));
    for (const push of pushes.slice(20)) await record(push, SUSPECT);
    expect(await isHeld()).toBe(false);
    expect(await storedPush(pushes[39] as AnsweredPush)).toMatchObject({ state: 'failed' });
  });

  test('of three people at the same moment holds it', async () => {
    const pushes = await Promise.all((await devices(3)).map((phone) => claimed(phone)));
    await Promise.all(pushes.map((push) => record(push, SUSPECT)));
    expect(await isHeld()).toBe(true);
  });

  test('is void once the provider has accepted a push', async () => {
    for (const [owner, answer] of [
      ['a', SUSPECT],
      ['b', SUSPECT],
      ['fine', ACCEPTED],
      ['c', SUSPECT],
    ] as const)
      await answerFor(await device(), answer, owner);
    expect(await isHeld()).toBe(false);
  });

  test('of people who complained before the provider took others is about their devices, however often', async () => {
    const people = ['a', 'b', 'c'];
    for (const owner of people.slice(0, 2)) await answerFor(await device(), SUSPECT, owner);
    await answerFor(await device(), ACCEPTED, 'fine');
    for (let times = 0; times < 3; times += 1)
      for (const owner of people) await answerFor(await device(), SUSPECT, owner);
    expect(await isHeld()).toBe(false);
    for (const owner of ['d', 'e']) await answerFor(await device(), SUSPECT, owner);
    expect(await isHeld()).toBe(true);
  });
});

describe('an answer that does not say what became of the push', () => {
  const UNCLEAR: PushAnswer = {
    ...{ class: 'retry', reason: 'no_target_status', words: 'return all', definite: false },
    ...{ unclear: true, retryAfterMs: 10_000 },
  };
  /** Three answers to the same push. */
  async function threeTimes(owner: string): Promise<string[]> {
    const push = await claimed(await device(), {}, owner);
    const ends: string[] = [];
    for (const unclear of [0, 1, 2]) {
      await db.pool.query(`update waybell.express_pushes set state = 'claimed' where message_id = $1`, [
        push.messageId,
      ]);
      ends.push((await record({ ...push, unclear }, UNCLEAR)).class);
    }
    expect(await storedPush(push)).toEqual({ state: 'failed', code: 'no_target_status', generation: 0 });
    return ends;
  }

  test('is tried three times in all', async () => {
    expect(await threeTimes('a')).toEqual(['retry', 'retry', 'fail']);
  });

  test('holds the provider once pushes of three people end so, with words about what is lacking', async () => {
    for (const owner of ['a', 'a', 'b', 'b']) await threeTimes(owner);
    expect(await isHeld()).toBe(false);
    await threeTimes('c');
    const [hold] = await listHolds(db.pool);
    expect(hold).toMatchObject({ cause: 'unclear', words: 'return all', probeAt: expect.any(Date) });
  });
});

describe('a provider', () => {
  const LATER: PushAnswer = { class: 'retry', reason: 'provider_5xx', words: 'HTTP 503', definite: false };
  const answers = async (...given: readonly PushAnswer[]): Promise<void> => {
    for (const answer of given) await answerFor(await device(), answer);
  };

  test('is down from the third request on that failed since it took one', async () => {
    await answers(LATER, LATER, ACCEPTED, LATER, LATER);
    expect(await listOutages(db.pool)).toEqual([]);
    await answers({ ...LATER, reason: 'timeout', words: 'TimeoutError' });
    expect(await listOutages(db.pool)).toMatchObject([
      { provider: 'unicloud', reason: 'timeout', words: 'TimeoutError' },
    ]);
    await answers(ACCEPTED);
    expect(await listOutages(db.pool)).toEqual([]);
  });

  test('is not down by a trickle of failures beside successes', async () => {
    for (let times = 0; times < 20; times += 1) await answers(LATER, LATER, ACCEPTED);
    expect(await listOutages(db.pool)).toEqual([]);
  });

  test.each<[string, PushAnswer]>([
    ['devices that are gone', GONE],
    ['messages that are refused', { class: 'fail', reason: 'bad_payload', words: '', definite: true }],
    ['one person’s foreign subscriptions', SUSPECT],
    [
      'a token that had run out',
      { class: 'retry', reason: 'provider_auth_refresh', words: '', definite: true },
    ],
  ])('is not down by %s', async (_, answer) => {
    for (let times = 0; times < 4; times += 1) await answerFor(await device(), answer, 'one');
    expect(await listOutages(db.pool)).toEqual([]);
  });

  test('that is down costs no write for each request that fails', async () => {
    await answers(LATER, LATER, LATER);
    const row = async (): Promise<unknown> =>
      (await db.pool.query('select xmin, * from waybell.provider_failures')).rows[0];
    const before = await row();
    await Promise.all((await devices(20)).map((phone) => answerFor(phone, LATER)));
    expect(await row()).toEqual(before);
  });
});

describe('a device that its provider calls gone', () => {
  test('is retired, with the reason and the time', async () => {
    const phone = await device();
    expect(await answerFor(phone, GONE)).toEqual(GONE);
    const { rows } = await db.pool.query(
      `select is_active, inactive_reason, inactive_at > now() - interval '1 minute' as just_now
         from push_devices where id = $1`,
      [phone],
    );
    expect(rows).toEqual([{ is_active: false, inactive_reason: 'invalid_cid', just_now: true }]);
  });

  test('stays when it was registered after the try began', async () => {
    const phone = await device();
    await record(await claimed(phone, { triedAt: new Date(Date.now() - 60_000) }), GONE);
    expect(await isActive(phone)).toBe(true);
  });

  test.each(['timeout', 'provider_5xx', 'connection_lost', 'rate_limited'])(
    'stays after %s',
    async (reason) => {
      const phone = await device();
      await answerFor(phone, { class: 'retry', reason, words: 'HTTP 503', definite: false });
      expect(await isActive(phone)).toBe(true);
    },
  );
});

describe('devices that are called gone by the dozen', () => {
  const verdictsOn = async (phones: readonly string[]): Promise<string[]> => {
    const reasons: string[] = [];
    for (const phone of phones) reasons.push((await answerFor(phone, GONE)).reason);
    return reasons;
  };

  test('are retired up to four of few answers, then held', async () => {
    const phones = await devices(6);
    const held = 'deactivation_held';
    expect(await verdictsOn(phones)).toEqual([...Array<string>(4).fill('invalid_cid'), held, held]);
    expect(await Promise.all(phones.map(isActive))).toEqual([false, false, false, false, true, true]);
    expect(await countHeldDeactivations(db.pool)).toMatchObject([{ provider: 'unicloud', devices: 2 }]);
  });

  test('are retired up to a fifth of the last fifty answers', async () => {
    const fine = await device();
    for (let answers = 0; answers < 60; answers += 1) await answerFor(fine, ACCEPTED);
    const reasons = await verdictsOn(await devices(11));
    expect(reasons.filter((reason) => reason === 'invalid_cid')).toHaveLength(10);
    expect(reasons.at(-1)).toBe('deactivation_held');
  });

  test('are held as well when all verdicts come at the same moment', async () => {
    const phones = await devices(50);
    const pushes = await Promise.all(phones.map((phone) => claimed(phone)));
    await Promise.all(pushes.map((push) => record(push, GONE)));
    const retired = (await Promise.all(phones.map(isActive))).filter((active) => active === false);
    expect(retired).toHaveLength(4);
  });

  test('are retired or left as they are when a person decides; a newer registration wins', async () => {
    const phones = await devices(7);
    await verdictsOn(phones);
    const [, , , , , again = '', last = ''] = phones;
    await db.pool.query('update push_devices set registered_at = now() where id = $1', [again]);
    expect(await settleHeldDeactivations(db.pool, 'unicloud', true)).toBe(3);
    expect(await isActive(again)).toBe(true);
    expect(await isActive(last)).toBe(false);
    const phone = await device();
    expect((await answerFor(phone, GONE)).reason).toBe('deactivation_held');
    expect(await settleHeldDeactivations(db.pool, 'unicloud', false)).toBe(1);
    expect(await isActive(phone)).toBe(true);
    expect(await countHeldDeactivations(db.pool)).toEqual([]);
  });
});
