import { describe, expect, test } from '@jest/globals';
import { doors, publicRoles } from '../../src/doctor/checks/exposure';
import { levels, messages, useDoctorLab } from './doctor-lab';

const lab = useDoctorLab();

test('the doctor says what the settings leave open, and how it is closed', async () => {
  expect(await lab.findings(doors)).toMatchObject([{ level: 'ok' }]);
  const open = await lab.findings(doors, { HOST: '0.0.0.0' });
  expect(levels(open)).toEqual(['warning', 'warning']);
  expect(open.map(({ fix }) => fix)).toEqual([
    expect.stringContaining('DEVICE_REGISTRATION=key'),
    expect.stringContaining('WEBHOOK_SECRETS'),
  ]);
});

test('the doctor says that there are no limits per address as long as no proxy is named', async () => {
  const own = {
    DATABASE_URL: lab.db.url,
    CLOUD_FUNC_URL: 'http://127.0.0.1/push',
    UNSIGNED_WEBHOOKS: 'allow',
  };
  const about = async (settings: Record<string, string>) =>
    (await lab.findings(doors, { ...own, ...settings })).filter(({ message }) =>
      message.includes('proxy is named'),
    );
  expect(await about({})).toMatchObject([
    { level: 'warning', fix: expect.stringContaining('TRUSTED_PROXIES') },
  ]);
  expect(levels(await about({ HOST: '0.0.0.0' }))).toEqual(['ok']);
  expect(await about({ TRUSTED_PROXIES: '127.0.0.1' })).toEqual([]);
});

describe('tables that everybody reads who has the public key of an app', () => {
  /** Roles belong to the whole server: other suites may have made them. */
  const makeRoles = async (): Promise<void> => {
    for (const role of ['anon', 'authenticated'])
      await lab.db.pool.query(
        `do $$ begin create role ${role}; exception when duplicate_object or unique_violation then null; end $$`,
      );
  };
  const find = () => lab.findings(publicRoles);

  test('are named with the SQL that ends it', async () => {
    await makeRoles();
    expect(levels(await find())).toEqual(['ok']);
    for (const table of ['express_notifications', 'push_devices'])
      await lab.db.pool.query(`alter table ${table} disable row level security`);
    await lab.db.pool.query(
      'grant usage on schema waybell to anon; grant select on waybell.express_pushes to anon',
    );
    await lab.db.pool.query('grant select (subscription) on push_devices to anon');
    await lab.db.pool.query('grant select on express_notifications to authenticated');
    const found = await find();
    expect(messages(found).split('\n')).toEqual([
      'Role authenticated may read every row of public.express_notifications.',
      'Role anon may read every row of public.push_devices.',
      'Role anon may read every row of waybell.express_pushes.',
    ]);
    expect(found[1]?.fix).toContain('revoke select on public.push_devices from anon');
  });

  test('are not those that row-level security bounds, unless a policy lets all be seen', async () => {
    await makeRoles();
    await lab.db.pool.query('revoke all on all tables in schema public, waybell from anon, authenticated');
    await lab.db.pool.query(`
      grant select on express_notifications to authenticated;
      alter table express_notifications enable row level security;
      create policy own on express_notifications for select to authenticated using (recipient_id = current_user)`);
    expect(levels(await find())).toEqual(['ok']);
    await lab.db.pool.query('create policy everybody on express_notifications for select using (true)');
    expect(messages(await find())).toBe(
      'Role authenticated may read every row of public.express_notifications.',
    );
  });
});
