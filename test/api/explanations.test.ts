import { describe, expect, test } from '@jest/globals';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const lab = useApiLab();
const api = use(() => lab.serve());

interface Explained {
  readonly explanation: { readonly en: string; readonly zh: string };
  readonly pushes: readonly { readonly explanation: { readonly en: string; readonly zh: string } }[];
}

/** A notification to the buyer `owner`. */
async function notify(owner: string, sendStatus: string): Promise<string> {
  const id = `m:${unique()}`;
  await lab.db.pool.query(
    `insert into express_notifications (message_id, aud, recipient_id, send_status, workflow_id)
     values ($1, 'user', $2, $3, $1)`,
    [id, owner, sendStatus],
  );
  return id;
}

async function addDevice(owner: string, change = ''): Promise<string> {
  const { rows } = await lab.db.pool.query<{ id: string }>(
    'insert into push_devices (cid, user_id) values ($1, $2) returning id::text as id',
    [unique(), owner],
  );
  const id = rows[0]?.id ?? '';
  if (change !== '') await lab.db.pool.query(`update push_devices set ${change} where id = $1`, [id]);
  return id;
}

const addPush = (messageId: string, deviceId: string, state: string, code: string) =>
  lab.db.pool.query(
    `insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round, code)
     values ($1, $2, 'w', 'c', 'unicloud', $3, 1, $4)`,
    [messageId, deviceId, state, code],
  );

async function ask(messageId: string): Promise<Explained> {
  const { status, json } = await api.call('GET', `/api/v1/notifications/${encodeURIComponent(messageId)}`);
  expect(status).toBe(200);
  return json['notification'] as Explained;
}

describe('a notification that no phone showed says why', () => {
  test('its owner never registered a phone, and until when that is waited for', async () => {
    const id = await notify(`u-${unique()}`, 'no-targets');
    await lab.db.pool.query(
      `insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, deadline)
       values ($1, 'device', 'user', 'u', 'w', '2031-01-01T00:00:00Z')`,
      [id],
    );
    const { explanation, pushes } = await ask(id);
    expect(explanation.en).toMatch(/never registered a phone.*until 2031-01-01T00:00:00.000Z/);
    expect(explanation.zh).toMatch(/从未注册过手机.*2031-01-01/);
    expect(pushes).toEqual([]);
  });

  test('all phones of its owner are retired', async () => {
    const owner = `u-${unique()}`;
    await addDevice(owner, `is_active = false, inactive_reason = 'silent'`);
    expect((await ask(await notify(owner, 'no-targets'))).explanation.en).toContain('are retired');
  });

  test('its push service refuses all pushes, also those that were never claimed', async () => {
    const owner = `u-${unique()}`;
    await addDevice(owner);
    const tried = await addDevice(owner);
    const id = await notify(owner, 'sending');
    await addPush(id, tried, 'retry', 'provider_config');
    await lab.db.pool.query(
      `insert into waybell.push_circuits (provider, cause, words, probe_at)
       values ('unicloud', 'credential', 'secret is wrong', now() + interval '1 hour')`,
    );
    const { explanation, pushes } = await ask(id);
    await lab.db.pool.query('delete from waybell.push_circuits');
    expect(explanation.en).toMatch(/^2 pushes held/);
    expect(pushes[0]?.explanation.en).toContain('are held');
  });

  test('the phone was retired meanwhile, for its own reason', async () => {
    const owner = `u-${unique()}`;
    const [again, elsewhere] = [
      await addDevice(owner, `is_active = false, inactive_reason = 'reinstalled'`),
      await addDevice('somebody-else'),
    ];
    const id = await notify(owner, 'no-targets');
    await addPush(id, again, 'moved', 'not_the_owner');
    await addPush(id, elsewhere, 'moved', 'not_the_owner');
    const words = (await ask(id)).pushes.map(({ explanation }) => explanation.en).sort();
    expect(words).toEqual([
      expect.stringContaining('belongs to another account'),
      expect.stringContaining('registered another cid'),
    ]);
  });
});
