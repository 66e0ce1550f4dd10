import { afterEach, describe, expect, test } from '@jest/globals';
import {
  recordPushAnswer,
  type AnsweredPush,
  type JudgedAnswer,
} from '../../src/activities/record-push-answer';
import { countHeldDeactivations, listHolds, settleHeldDeactivations } from '../../src/database/held';
import { inTransaction } from '../../src/database/pool';
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
  db.pool.query(`truncate waybell.push_circuits, waybell.held_deactivations, waybell.express_pushes`),
);

/** A device. */
async function device(): Promise<string> {
  const { rows } = await db.pool.query<{ id: string }>(
    `insert into push_devices (cid, user_id) values ($1, 'u') returning id::text`,
    [`cid-${(number += 1)}`],
  );
  return rows[0]?.id ?? '';
}

/** A push to a device that is under way. */
async function claimed(deviceId: string, change: Partial<AnsweredPush> = {}): Promise<AnsweredPush> {
  const messageId = `message-${(number += 1)}`;
  await db.pool.query(
    `insert into waybell.express_pushes
       (message_id, device_id, workflow_id, cid, provider, state, round, generation, attempts)
     values ($1, $2, 'w', 'c', 'unicloud', 'claimed', 1, 0, 1)`,
    [messageId, deviceId],
  );
  const push = { messageId, deviceId, provider: 'unicloud', triedAt: new Date(), probing: false };
  return { ...push, ...change };
}

const record = (push: AnsweredPush, answer: PushAnswer): Promise<JudgedAnswer> =>
  inTransaction(db.pool, (client) => recordPushAnswer(client, push, answer));
const answerFor = async (deviceId: string, answer: PushAnswer): Promise<JudgedAnswer> =>
  record(await claimed(deviceId), answer);
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

describe('a suspicion', () => {
  test('holds a provider only once three different devices brought it', async () => {
    const [first = '', second = '', third = ''] = await devices(3);
    for (const phone of [first, first, first, second, second]) {
      expect(await answerFor(phone, complaint('suspect'))).toMatchObject({ class: 'fail' });
      expect(await listHolds(db.pool)).toEqual([]);
    }
    expect(await answerFor(third, complaint('suspect'))).toMatchObject({ heldBy: 'suspect' });
    expect(await listHolds(db.pool)).toMatchObject([{ cause: 'suspect' }]);
  });

  test('is void once the provider has accepted a push', async () => {
    const [first = '', second = '', third = '', fine = ''] = await devices(4);
    for (const [phone, answer] of [
      [first, complaint('suspect')],
      [second, complaint('suspect')],
      [fine, ACCEPTED],
      [third, complaint('suspect')],
    ] as const) {
      expect(await answerFor(phone, answer)).not.toHaveProperty('holds');
    }
    expect(await listHolds(db.pool)).toEqual([]);
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
