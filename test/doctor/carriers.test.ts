import { describe, expect, test } from '@jest/globals';
import { carriers } from '../../src/doctor/checks/carriers';
import { sharedNumbers } from '../../src/doctor/checks/shared-numbers';
import { levels, messages, useDoctorLab } from './doctor-lab';

describe('what the doctor sees of the shop’s carriers', () => {
  const lab = useDoctorLab();

  const add = (rows: readonly (readonly [string | null, string, string | null])[]): Promise<unknown> =>
    lab.db.pool.query(
      `insert into platform_express_waybills (carrier, tracking_no, order_id)
       select r ->> 0, r ->> 1, r ->> 2 from jsonb_array_elements($1) as r`,
      [JSON.stringify(rows)],
    );

  test('that all of their names are known', async () => {
    await add([
      ['圆通速递', 'YT1001', null],
      [' YTO ', 'YT1002', null],
      ['190157', 'YT1003', null],
      [null, 'YT1004', null],
    ]);
    const found = await lab.findings(carriers);
    expect(levels(found)).toEqual(['ok']);
    expect(messages(found)).toMatch(
      /^All \d+ names of carriers in public\.platform_express_waybills are known\.$/,
    );
  });

  test('names that are in no table, until CARRIER_MAP says what they mean', async () => {
    await add([
      ['圆通上海仓', 'YT2001', null],
      ['圆通上海仓', 'YT2002', null],
      ['ghtk', 'S1.A1.2003', null],
    ]);
    const found = await lab.findings(carriers);
    expect(levels(found)).toEqual(['warning']);
    expect(messages(found)).toContain('"圆通上海仓" (2 rows), "ghtk" (1 rows)');
    expect(found[0]?.fix).toContain('{"圆通上海仓": "yto"}');
    const CARRIER_MAP = JSON.stringify({ 圆通上海仓: 'yto', ghtk: 'ghtk' });
    expect(levels(await lab.findings(carriers, { CARRIER_MAP }))).toEqual(['ok']);
  });

  test('waybills that stand twice, of which none is touched', async () => {
    await add([
      ['圆通速递', 'YT3001', 'O-3001'],
      ['yuantong', 'YT3001', null],
      // Two carriers, and one carrier with two orders.
      ['中通快递', '300200000000', 'O-3002'],
      ['sto', '300200000000', null],
      ['yto', 'YT3003', 'O-3003'],
      ['YTO', 'YT3003', 'O-3004'],
    ]);
    const found = await lab.findings(carriers, { CARRIER_MAP: '{"圆通上海仓":"yto","ghtk":"ghtk"}' });
    expect(levels(found)).toEqual(['ok', 'warning']);
    expect(found[1]?.message).toMatch(
      /^1 waybill\(s\) of public\.platform_express_waybills stand twice, .*: YT3001 under 圆通速递 with order O-3001, and under yuantong \(id [-0-9a-f]+\) without one\.$/,
    );
    expect(found[1]?.repair).toBeUndefined();
  });

  test('rows with one number that cannot all be right, each with its fix', async () => {
    expect(messages(await lab.findings(sharedNumbers))).toBe(
      'No rows with one number contradict each other; 1 numbers have several orders.',
    );
    await lab.db.pool.query(`
      insert into ml_orders (id, user_id, merchant_id) values ('O-41', 'u', 'm-1'), ('O-42', 'u', 'm-2');
      insert into platform_express_waybills (carrier, tracking_no, order_id, status)
      values ('yto', 'YT4001', 'O-41', '已作废'), ('圆通', 'yt4001', 'O-41', null), ('yto', 'YT4002', 'O-41', null),
             ('yto', 'YT4002', 'O-42', null), ('zto', 'YT4002', 'O-41', null), ('yto', 'YT4003', 'O-41', null), (null, 'YT4003', 'O-42', null)`);
    const found = await lab.findings(sharedNumbers);
    expect(found.map(({ message, fix }) => [/YT\d+/.exec(message)?.[0], fix])).toEqual([
      ['YT4001', expect.stringContaining('Delete all of these rows but one')],
      ['YT4001', expect.stringContaining('Delete the row that is off')],
      ['YT4002', expect.stringContaining('correct the number of the other row')],
      ['YT4003', expect.stringContaining('Write the carrier')],
    ]);
    expect(found[2]?.message).toMatch(
      /row [-0-9a-f]+ \(order O-4[12]\), row [-0-9a-f]+ \(order O-4[12]\)\.$/,
    );
  });

  test('of a million waybills what a part of them shows, within a second or two', async () => {
    await add([['somebody else', 'FIRST1', null]]);
    await lab.db.pool.query(
      `insert into platform_express_waybills (carrier, tracking_no, order_id)
       select 'yto', 'MANY' || n, 'O-' || n from generate_series(1, 300000) n`,
    );
    const found = await lab.findings(carriers);
    expect(messages(found)).toContain('(of which a part was read)');
  });

  test('of a view what its first rows show', async () => {
    await lab.db.pool.query(`create view shown_waybills as select * from platform_express_waybills`);
    const SHOP_TABLES = JSON.stringify({ waybills: { table: 'shown_waybills' } });
    const found = await lab.findings(carriers, { SHOP_TABLES });
    expect(messages(found)).toContain('public.shown_waybills (of which a part was read)');
  });
});
