import { describe, expect, test } from '@jest/globals';
import { clockOfPostgresql } from '../../src/doctor/checks/temporal';
import { migrations, pooler, postgresql, tables, uniqueKeys } from '../../src/doctor/checks/database';
import { erasures } from '../../src/doctor/checks/erasures';
import { silentJournals } from '../../src/doctor/checks/journal';
import { poolerModeOf } from '../../src/database/schema/access';
import { repairAll } from '../../src/doctor/examine';
import { createEmptyDatabase } from '../setup/database';
import { away, levels, messages, useDoctorLab } from './doctor-lab';

describe('what the doctor sees of PostgreSQL', () => {
  const lab = useDoctorLab();

  test('the version, and the role with its rights', async () => {
    const found = await lab.findings(postgresql);
    expect(levels(found)).toEqual(['ok', 'ok']);
    expect(messages(found)).toMatch(/^PostgreSQL \d+\.\d+ answers\.\nConnected as role \w+: superuser\.$/);
  });

  test('that it does not answer, which the other checks say too instead of guessing', async () => {
    const gone = { database: away('PostgreSQL') };
    expect(await lab.findings(postgresql, {}, gone)).toEqual([
      expect.objectContaining({
        level: 'problem',
        message: 'PostgreSQL does not answer: connect ECONNREFUSED',
      }),
    ]);
    expect(await lab.findings(tables, {}, gone)).toEqual([
      {
        check: 'tables',
        level: 'warning',
        message: 'Not looked at: PostgreSQL does not answer.',
        fix: 'Bring PostgreSQL back first.',
      },
    ]);
  });

  test('clocks that go together, and clocks that do not', async () => {
    // The server tells microseconds, and our clock whole milliseconds.
    const together = await lab.findings(clockOfPostgresql, {}, { clock: () => Date.now() - 20 });
    expect(levels(together)).toEqual(['ok']);
    expect(messages(together)).toBe('The clocks of this machine and of PostgreSQL go together.');
    for (const [ahead, level] of [
      [20_000, 'warning'],
      [-600_000, 'problem'],
    ] as const) {
      const found = await lab.findings(clockOfPostgresql, {}, { clock: () => Date.now() + ahead });
      expect(levels(found)).toEqual([level]);
    }
  });

  test('that there is no pooler between', async () => {
    expect(messages(await lab.findings(pooler))).toBe('PostgreSQL is reached directly, without a pooler.');
  });

  test.each([
    ['direct', { told: [11, 12], answered: [11, 12] }],
    ['session', { told: [901, 902], answered: [11, 12] }],
    ['transaction', { told: [901, 902], answered: [11, 11] }],
  ] as const)('a pooler by what it does: %s', (mode, seen) => {
    expect(poolerModeOf(seen)).toBe(mode);
  });

  test('missing migrations, which --fix leaves to a person', async () => {
    expect(levels(await lab.findings(migrations))).toEqual(['ok']);
    const empty = await createEmptyDatabase();
    const database = (): Promise<{ url: string; pool: typeof empty.pool }> => Promise.resolve(empty);
    const found = await lab.findings(migrations, {}, { database });
    expect(levels(found)).toEqual(['problem']);
    expect(found[0]?.message).toContain('0001_waybell');
    expect(await repairAll(found)).toEqual([]);
    await empty.drop();
  });

  test('a mapping that names what is not there, with the setting to change', async () => {
    expect(levels(await lab.findings(tables))).toEqual(['ok']);
    const found = await lab.findings(tables, { SHOP_TABLES: '{"orders":{"table":"orders"}}' });
    expect(levels(found)).toEqual(['problem']);
    expect(messages(found)).toBe(
      'The shop’s table public.orders does not exist; SHOP_TABLES says where it is.',
    );
  });

  test('a partial index in the place of a plain one (42P10), and builds the plain one on demand', async () => {
    const { pool } = lab.db;
    expect(levels(await lab.findings(uniqueKeys))).toEqual(['ok']);
    await pool.query(`
      drop index express_notifications_message_id_key;
      create unique index ux_message on express_notifications (message_id) where message_id is not null;
    `);
    const found = await lab.findings(uniqueKeys);
    expect(messages(found)).toBe(
      'express_notifications has no plain unique index on (message_id): ux_message is partial or broken (error 42P10).',
    );
    expect(await repairAll(found)).toEqual([
      {
        check: 'unique keys',
        done: true,
        message: {
          en: 'Built the unique index express_notifications_message_id_plain_key.',
          zh: '已建立唯一索引 express_notifications_message_id_plain_key。',
        },
      },
    ]);
    expect(levels(await lab.findings(uniqueKeys))).toEqual(['ok']);
    await pool.query(
      `insert into express_notifications (message_id) values ('m1') on conflict (message_id) do nothing`,
    );
  });

  test('duplicates in the way of a unique index, with SQL for a person, and touches no row', async () => {
    const { pool } = lab.db;
    await pool.query(`
      drop index push_devices_appid_cid_key;
      insert into push_devices (appid, cid, user_id) values ('default', 'twin', 'a'), ('default', 'twin', 'b');
    `);
    const found = await lab.findings(uniqueKeys);
    expect(levels(found)).toEqual(['problem']);
    expect(found[0]?.fix).toContain('delete from public.push_devices');
    expect(await repairAll(found)).toEqual([]);
    const { rowCount } = await pool.query(`select from push_devices where cid = 'twin'`);
    expect(rowCount).toBe(2);
  });

  test('erasures that do not come to their end', async () => {
    expect(levels(await lab.findings(erasures))).toEqual(['ok']);
    await lab.db.pool.query(
      `insert into waybell.erasures (id, kind, subject, requested_by, requested_at)
       values ('stuck', 'user', '{"id":"u"}', 'database', now() - interval '2 hours')`,
    );
    const found = await lab.findings(erasures);
    expect(levels(found)).toEqual(['problem']);
    expect(messages(found)).toContain('are not done, the oldest is stuck');
  });

  test('journals of API processes that are not heard of any more, and which of them kept something', async () => {
    expect(messages(await lab.findings(silentJournals))).toBe('No journal of an API process is missing.');
    await lab.db.pool.query(
      `insert into waybell.journals (journal_id, place, heard_at, archived_until, waiting) values
         ('here', 'api-1:/data', now(), now(), 3),
         ('gone', 'api-2:/data', now() - interval '2 minutes', now(), 0),
         ('full', 'api-3:/data', now() - interval '2 minutes', now(), 7)`,
    );
    const found = await lab.findings(silentJournals);
    expect(levels(found)).toEqual(['warning', 'problem']);
    expect(messages(found)).toMatch(/api-3:\/data is not heard of since .+Z; it kept 7 webhook\(s\)/);
    expect(found[1]?.fix).toContain('waybell forget-journal full');
    expect(await repairAll(found)).toEqual([]);
  });
});
