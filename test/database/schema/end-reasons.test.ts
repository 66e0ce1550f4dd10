import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { migrate } from '../../../src/database/schema/migrate';
import { PROJECT_ROOT } from '../../../src/project-root';
import { readEndReason } from '../../../src/shipment/end-reason';
import { createTestDatabase, type TestDatabase } from '../../setup/database';

const FILE = path.join(PROJECT_ROOT, 'src/database/migrations/0010_end_reasons.sql');

/** What the versions before wrote, and what it means. */
const OLD_REASONS: readonly (readonly [stored: string, code: string])[] = [
  ['user: success, 2 accepted; merchant: success, 1 accepted', 'by-audience'],
  ['user: failed, 0 accepted, 1 failed; merchant: success, 1 accepted', 'by-audience'],
  ['merchant: no-targets, 0 accepted', 'by-audience'],
  ['user: superseded, 0 accepted; merchant: superseded, 0 accepted; a newer status is known', 'newer-status'],
  ['user: partial, 12 accepted, 3 failed; a newer status is known', 'newer-status'],
  ['a newer status is known', 'newer-status'],
  ['no order was linked in time', 'no-order'],
  ['the order names nobody', 'nobody-named'],
  ['cancelled by an operator', 'cancelled'],
  ['its workflow was ended from outside', 'ended-outside'],
];
const OTHERS_REASONS = ['closed by hand on Friday', 'user: asked us to stop', 'by-audience', null];

describe('the reasons of deliveries', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());

  const insert = (workflowId: string, state: string, reason: string | null): Promise<unknown> =>
    db.pool.query(
      `insert into waybell.express_updates
         (workflow_id, waybill_id, verdict, instance, decision, state, outcome, reason)
       values ($1, 'waybill', 'announce', 1, '{}', $2, 'success', $3)`,
      [workflowId, state, reason],
    );
  const reasonsOf = async (state: string): Promise<(string | null)[]> => {
    const { rows } = await db.pool.query<{ reason: string | null }>(
      'select reason from waybell.express_updates where state = $1 order by seq',
      [state],
    );
    return rows.map(({ reason }) => reason);
  };

  test('that earlier versions stored become codes; what somebody else wrote stays', async () => {
    const stored = [...OLD_REASONS.map(([sentence]) => sentence), ...OTHERS_REASONS];
    for (const [index, reason] of stored.entries()) {
      await insert(`closed-${index}`, 'closed', reason);
      await insert(`open-${index}`, 'open', reason);
    }
    await db.pool.query(`delete from waybell.migrations where name >= '0010'`);
    const notices: string[] = [];
    await migrate(db.url, (notice) => notices.push(notice));
    expect(notices).toEqual([`express_updates: ${2 * OLD_REASONS.length} reasons became codes`]);
    const codes = [...OLD_REASONS.map(([, code]) => code), ...OTHERS_REASONS];
    expect(await reasonsOf('closed')).toEqual(codes);
    expect(await reasonsOf('open')).toEqual(codes);
  });

  test.each(OLD_REASONS)('read from a history, a step or a late row, “%s” is %s', (stored, code) => {
    expect(readEndReason(stored)).toBe(code);
    expect(readEndReason(code)).toBe(code);
  });

  test('that are none of ours are none', () => {
    expect(OTHERS_REASONS.map(readEndReason)).toEqual([null, null, 'by-audience', null]);
  });

  test('become codes while deliveries are decided, go on and end', async () => {
    await insert('old', 'closed', 'no order was linked in time');
    await insert('under way', 'open', null);
    const migration = await db.pool.connect();
    try {
      await migration.query('begin');
      await migration.query(readFileSync(FILE, 'utf8'));
      const other = await db.pool.connect();
      try {
        await other.query(`set lock_timeout = '1s'`);
        await insert('decided meanwhile', 'open', null);
        await other.query(
          `update waybell.express_updates set state = 'closed', reason = 'by-audience' where workflow_id = 'under way'`,
        );
        await other.query(
          `select reason from waybell.express_updates where workflow_id = 'old' for key share`,
        );
      } finally {
        other.release(true);
      }
    } finally {
      await migration.query('rollback');
      migration.release();
    }
  });
});
