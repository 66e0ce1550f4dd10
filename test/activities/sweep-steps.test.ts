import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import pino from 'pino';
import { createRetireSilentDevices } from '../../src/activities/retire-silent-devices';
import { createWakeDueWaits } from '../../src/activities/wake-due-waits';
import { useLab } from '../setup/delivery-lab';

const lab = useLab();

let logged: string[];
const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });
const inWorker = () => new MockActivityEnvironment(undefined, { logger: new DefaultLogger('ERROR') });
const pass = (parts: Partial<typeof lab.deps>): Promise<number> =>
  inWorker().run(createWakeDueWaits({ ...lab.deps, log, ...parts }));

const open = (workflowId: string, ageMinutes = 0): Promise<unknown> =>
  lab.db.pool.query(
    `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, decision, state, created_at)
     values ($1, $1, 'announce', 1, '{}', 'open', now() - make_interval(mins => $2))`,
    [workflowId, ageMinutes],
  );

/** Of a delivery whose whole time is over. */
const dueWait = (workflowId: string): Promise<unknown> =>
  lab.db.pool.query(
    `insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, since, deadline)
     values ($1, 'device', 'user', 'nobody', $1, now() - interval '2 hours', now() - interval '1 hour')`,
    [workflowId],
  );

const erasureIds: string[] = [];
const erasure = async (user: string): Promise<string> => {
  const { rows } = await lab.db.pool.query<{ id: string }>(
    `insert into waybell.erasures (kind, subject, requested_by) values ('user', $1, 'test') returning id`,
    [JSON.stringify({ user })],
  );
  erasureIds.push(rows[0]?.id ?? '');
  return rows[0]?.id ?? '';
};

beforeEach(() => {
  logged = [];
});
afterEach(async () => {
  await lab.db.pool.query('truncate waybell.express_waits, waybell.express_updates cascade');
  await lab.db.pool.query('delete from waybell.erasures where id = any ($1)', [erasureIds.splice(0)]);
});

test('a delivery whose signal always fails keeps no other from its signal, and no later step from its turn', async () => {
  for (const id of ['bad', 'good', 'better']) {
    await open(id);
    await dueWait(id);
  }
  await open('abandoned', 20);
  await open('unanswered', 20);
  const [badErasure, goodErasure] = [await erasure('a'), await erasure('b')];
  const woken: string[] = [];
  const started: string[] = [];
  const parts = {
    wake: ({ workflowId }: { workflowId: string }) => {
      if (workflowId === 'bad') return Promise.reject(new Error('RESOURCE_EXHAUSTED'));
      woken.push(workflowId);
      return Promise.resolve('woken' as const);
    },
    hasEnded: (workflowId: string) =>
      workflowId === 'unanswered' ? Promise.reject(new Error('DEADLINE_EXCEEDED')) : Promise.resolve(true),
    deliveries: {
      ...lab.deps.deliveries,
      startErasure: (id: string) => {
        if (id === badErasure) return Promise.reject(new Error('UNAVAILABLE'));
        started.push(id);
        return Promise.resolve();
      },
    },
  };
  expect(await pass(parts)).toBe(2);
  expect(woken.sort()).toEqual(['better', 'good']);
  expect(started).toEqual([goodErasure]);
  const { rows } = await lab.db.pool.query(
    `select workflow_id as id from waybell.express_updates where state = 'closed'`,
  );
  expect(rows).toEqual([{ id: 'abandoned' }]);
  for (const [id, words] of [
    ['bad', 'RESOURCE_EXHAUSTED'],
    ['unanswered', 'DEADLINE_EXCEEDED'],
    [badErasure, 'UNAVAILABLE'],
  ] as const)
    expect(logged.filter((line) => line.includes(id) && line.includes(words))).toHaveLength(1);

  // The next pass has the one that failed, and leaves those that were woken in peace.
  woken.length = 0;
  expect(
    await pass({ ...parts, wake: ({ workflowId }) => Promise.resolve((woken.push(workflowId), 'woken')) }),
  ).toBe(1);
  expect(woken).toEqual(['bad']);
});

test('a step that fails as a whole is told and tried again, after all others have had their turn', async () => {
  await open('waits');
  await dueWait('waits');
  await open('abandoned', 20);
  const asked = await erasure('c');
  const woken: string[] = [];
  const started: string[] = [];
  await lab.db.pool.query('alter table waybell.waybill_numbers rename to numbers_away');
  await lab.db.pool.query(`alter table waybell.sweeps rename to sweeps_away`);
  const parts = {
    wake: ({ workflowId }: { workflowId: string }) => {
      woken.push(workflowId);
      return Promise.resolve('woken' as const);
    },
    hasEnded: () => Promise.resolve(true),
    deliveries: {
      ...lab.deps.deliveries,
      startErasure: (id: string) => Promise.resolve(void started.push(id)),
    },
  };
  try {
    await expect(pass(parts)).rejects.toThrow('does not exist');
  } finally {
    await lab.db.pool.query('alter table waybell.numbers_away rename to waybill_numbers');
    await lab.db.pool.query(`alter table waybell.sweeps_away rename to sweeps`);
  }
  expect(started).toEqual([asked]);
  expect(logged.filter((line) => line.includes('a step of the sweep failed')).length).toBeGreaterThan(1);
  const { rows } = await lab.db.pool.query(
    `select state from waybell.express_updates where workflow_id = 'abandoned'`,
  );
  expect(rows).toEqual([{ state: 'closed' }]);
  expect(woken).toEqual([]);
  expect(await pass(parts)).toBe(1);
  expect(woken).toEqual(['waits']);
});

test('the silent devices of one provider that cannot be retired keep those of no other', async () => {
  await lab.db.pool.query(
    `insert into push_devices (cid, user_id, provider, last_seen_at)
     select provider || '-silent', 'u', provider, now() - interval '2 years' from unnest(array['fcm', 'unicloud']) provider`,
  );
  await lab.db.pool.query(
    `create function stay() returns trigger language plpgsql as
       $$begin if new.provider = 'fcm' then raise 'stays'; end if; return new; end$$;
     create trigger stay before update on push_devices for each row execute function stay()`,
  );
  const retire = createRetireSilentDevices({ ...lab.deps, log });
  try {
    await expect(inWorker().run(retire)).rejects.toThrow('stays');
  } finally {
    await lab.db.pool.query('drop trigger stay on push_devices; drop function stay()');
  }
  const silent = async (): Promise<object[]> => {
    const { rows } = await lab.db.pool.query<object>(
      `select cid from push_devices where cid like '%-silent' and is_active order by cid`,
    );
    return rows;
  };
  expect(await silent()).toEqual([{ cid: 'fcm-silent' }]);
  await inWorker().run(retire);
  expect(await silent()).toEqual([]);
});
