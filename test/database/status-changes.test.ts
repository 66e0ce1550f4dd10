import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eraseParcels } from '../../src/database/erase-parcels';
import { selectChangesAfter } from '../../src/database/status-changes';
import { inTransaction, openPool } from '../../src/database/pool';
import { useDatabase } from '../setup/database';

const INSERT = `insert into waybell.status_changes (waybill_id, carrier, tracking_no, parcel, status, scanned_at)
  values ('w', 'yto', $1, 1, 'delivered', now())`;

describe('the changes of statuses', () => {
  const db = useDatabase();
  const seen = async (after = 0): Promise<string[]> =>
    (await selectChangesAfter(db.pool, after, 100)).map(({ trackingNo }) => trackingNo);
  /** Writes a change in a transaction of its own, which stays open. */
  async function begin(trackingNo: string) {
    const client = await db.pool.connect();
    await client.query('begin');
    await client.query(INSERT, [trackingNo]);
    return async (how: 'commit' | 'rollback'): Promise<void> => {
      await client.query(how);
      client.release();
    };
  }

  test('are shown in order, and none before all that may come before it have ended', async () => {
    expect(await seen()).toEqual([]);
    const first = await begin('FIRST');
    const givenUp = await begin('GIVEN-UP');
    await db.pool.query(INSERT, ['LATER']);
    expect(await seen()).toEqual([]);
    await givenUp('rollback');
    expect(await seen()).toEqual([]);
    await first('commit');
    expect(await seen()).toEqual(['FIRST', 'LATER']);
    const third = await begin('THIRD');
    await db.pool.query(INSERT, ['FOURTH']);
    expect(await seen()).toEqual(['FIRST', 'LATER']);
    await third('commit');
    expect(await seen()).toEqual(['FIRST', 'LATER', 'THIRD', 'FOURTH']);
  });

  test('reach a reader by position without a gap and without a repeat, whoever writes meanwhile', async () => {
    const from = (await selectChangesAfter(db.pool, 0, 100)).at(-1)?.position ?? 0;
    const got: string[] = [];
    let isOver = false;
    const reading = (async () => {
      for (let position = from, isLast = false; ; isLast = isOver) {
        const page = await selectChangesAfter(db.pool, position, 7);
        got.push(...page.map(({ trackingNo }) => trackingNo));
        position = page.at(-1)?.position ?? position;
        if (isLast && page.length === 0) return;
      }
    })();
    const writer = async (name: number): Promise<void> => {
      for (let i = 0; i < 25; i += 1) {
        const end = await begin(`${name}-${i}`);
        await db.pool.query('select pg_sleep(random() / 100)');
        await end(i % 5 === 0 ? 'rollback' : 'commit');
      }
    };
    await Promise.all([1, 2, 3, 4, 5, 6].map(writer));
    isOver = true;
    await reading;
    const wanted = [1, 2, 3, 4, 5, 6].flatMap((name) =>
      Array.from({ length: 25 }, (_, i) => i)
        .filter((i) => i % 5 !== 0)
        .map((i) => `${name}-${i}`),
    );
    expect(got).toHaveLength(wanted.length);
    expect(new Set(got)).toEqual(new Set(wanted));
  });

  test('are not shown to a transaction that would not see what has just been written', async () => {
    const client = await db.pool.connect();
    await client.query('begin isolation level repeatable read');
    await expect(client.query('select from waybell.status_changes_after(0)')).rejects.toThrow(
      'needs the isolation level read committed',
    );
    await client.query('rollback');
    client.release();
  });

  test('are shown to Waybell whatever isolation level its role has by default', async () => {
    const url = new URL(db.url);
    url.searchParams.set('options', '-c default_transaction_isolation=serializable');
    const pool = openPool(url.href, () => undefined);
    expect(await inTransaction(pool, (client) => selectChangesAfter(client, 0, 2))).toHaveLength(2);
    await pool.end();
  });

  test('refuse a reader that has seen more than there is, as after a restored backup', async () => {
    const last = (await selectChangesAfter(db.pool, 0, 1_000)).at(-1)?.position ?? 0;
    const { rows } = await db.pool.query<{ taken: number }>(
      'select last_value::int as taken from waybell.status_positions',
    );
    const taken = rows[0]?.taken ?? 0;
    expect(await seen(Math.max(last, taken))).toEqual([]);
    await expect(seen(taken + 1)).rejects.toMatchObject({
      message: `no change has position ${taken + 1} yet, the last one is ${taken}: was this database restored from a backup?`,
    });
  });

  test('go with an erased number that the shop has corrected since, and those of the right one stay', async () => {
    const [row, wrong, right] = [randomUUID(), 'WRONG0001', 'RIGHT0001'];
    await db.pool.query(
      `insert into waybell.waybill_numbers (waybill_id, carrier, tracking_no, former_of)
       values ($1, 'yto', $2, null), ('former:' || $1, 'yto', $3, $1)`,
      [row, right, wrong],
    );
    await db.pool.query(
      `insert into waybell.status_changes (waybill_id, order_id, carrier, tracking_no, parcel, status, scanned_at)
       select $1, 'o', 'yto', number, 1, 'delivered', now() from unnest($2::text[]) number`,
      [row, [wrong, right]],
    );
    const counts = await inTransaction(db.pool, (client) =>
      eraseParcels(client, [{ waybillId: `former:${row}`, trackingNo: wrong }]),
    );
    expect(counts.status_changes).toBe(1);
    const { rows } = await db.pool.query<{ number: string }>(
      'select tracking_no as number from waybell.status_changes where waybill_id = $1',
      [row],
    );
    expect(rows).toEqual([{ number: right }]);
  });

  test('are read by a role that may run the function, which neither reads nor writes the table', async () => {
    const role = `reader_${process.pid}`;
    const client = await db.pool.connect();
    await client.query(`create role ${role}; grant usage on schema waybell to ${role};
      grant execute on function waybell.status_changes_after to ${role}; set role ${role}`);
    const { rowCount } = await client.query('select from waybell.status_changes_after(0, 3)');
    for (const sql of ['select from waybell.status_changes', 'delete from waybell.status_changes'])
      await expect(client.query(sql)).rejects.toThrow('permission denied');
    await expect(client.query(INSERT, ['FOREIGN'])).rejects.toThrow('permission denied');
    await client.query(`reset role; drop owned by ${role}; drop role ${role}`);
    client.release();
    expect(rowCount).toBe(3);
  });
});
