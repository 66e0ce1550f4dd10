import { describe, expect, test } from '@jest/globals';
import { shopFacts } from '../../src/doctor/checks/shop-facts';
import { levels, messages, useDoctorLab } from './doctor-lab';

describe('what the doctor sees of the facts that SHOP_TABLES maps', () => {
  const lab = useDoctorLab();
  const mapped = (tables: object) => lab.findings(shopFacts, { SHOP_TABLES: JSON.stringify(tables) });

  test('that none are mapped, or that all are understood', async () => {
    const none = await lab.findings(shopFacts);
    expect(levels(none)).toEqual(['ok', 'ok', 'ok']);
    expect(messages(none)).toContain('SHOP_TABLES maps no facts of orders and parcels, and none is needed.');
    const indexes = messages(none).match(/create index concurrently .*;/g) ?? [];
    expect(indexes).toHaveLength(2);
    for (const index of indexes) await lab.db.pool.query(index);
    const known = messages(await lab.findings(shopFacts));
    expect(known).not.toContain('which parcel of its order');
    expect(known).not.toContain('the number of a parcel under way');
    // Where a number stands once, no row can come beside it.
    await lab.db.pool.query(`alter table platform_express_waybills drop column created_at`);
    const [column = ''] = /alter table .*;/.exec(messages(await lab.findings(shopFacts))) ?? [];
    await lab.db.pool.query(column.replaceAll('concurrently ', ''));
    await lab.db.pool.query(`drop index platform_express_waybills_created_at_idx`);
    await lab.db.pool.query(`create unique index once on platform_express_waybills (tracking_no)`);
    expect(messages(await lab.findings(shopFacts))).not.toContain('the number of a parcel under way');
    await lab.db.pool.query(`drop index once; create index on platform_express_waybills (created_at)`);
    const status = { column: 'status', words: { paid: 'open' } };
    await lab.db.pool.query(`
      insert into ml_orders (id, user_id) values ('O-1', 'u-1');
      insert into platform_express_waybills (tracking_no, order_id) values ('YT1', 'O-1')`);
    const found = await mapped({ orders: { status }, waybills: { promisedAt: 'created_at' } });
    expect(levels(found)).toEqual(['ok']);
    expect(messages(found)).toBe('Understood as far as it was read: waybills.promisedAt, orders.status.');
  });

  test('columns that are missing or of another type, and words that no map knows, each with its fix', async () => {
    await lab.db.pool.query(`
      alter table platform_express_waybills add column dir jsonb, add column phone bigint;
      insert into ml_orders (id, status) select 'P-' || n, case n when 1 then '换货中' else '待 付款' end
        from generate_series(1, 3) n;
      insert into platform_express_waybills (tracking_no, order_id, dir, phone)
        select 'YT2' || n, 'P-' || n, '{}', 13800001234 from generate_series(1, 3) n`);
    const found = await mapped({
      waybills: { direction: 'dir', phoneTail: 'phone', shippedAt: 'status', promisedAt: 'nowhere' },
      orders: { status: 'status' },
      members: { table: 'no_such_table' },
    });
    expect(new Set(levels(found))).toEqual(new Set(['warning']));
    const told = messages(found);
    expect(told).toContain(
      'waybills.promisedAt of SHOP_TABLES: there is no column public.platform_express_waybills.nowhere.',
    );
    expect(told).toContain(
      'waybills.direction of SHOP_TABLES: public.platform_express_waybills.dir is of type jsonb, which cannot say it.',
    );
    expect(told).toContain(
      'waybills.phoneTail of SHOP_TABLES: public.platform_express_waybills.phone is of type bigint, which cannot say it.',
    );
    expect(told).toContain('there is no table for public.no_such_table.merchant_id.');
    expect(told).not.toContain('13800001234');
    const words = found.find(({ message }) => message.includes('"待 付款"'));
    expect(words?.fix).toContain('"words": {"待 付款": "…"}');
    // What is met most comes first.
    expect(told.indexOf('待 付款')).toBeLessThan(told.indexOf('换货中'));
  });

  test('that members fail, and phones that a person has registered for a merchant of others', async () => {
    const make = (body: string): Promise<unknown> =>
      lab.db.pool.query(`create or replace function staff_of(merchant text) returns setof text
        language plpgsql as $$ begin ${body}; end $$`);
    const said = async () =>
      (await mapped({ members: { function: 'staff_of' } })).map((one) => [one.message, one.fix]);
    await make(`return query select 'u-in'::text`);
    await lab.db.pool.query(`insert into push_devices (cid, user_id, merchant_id)
      values ('c-in', 'u-in', 'm-1'), ('c-out', 'u-out', 'm-1'), ('c-own', null, 'm-1')`);
    expect(await said()).toEqual([
      [
        expect.stringContaining('1 of 2 phones that a person has registered for a merchant are of nobody'),
        expect.stringContaining('add the person to the members'),
      ],
    ]);
    await make(`raise exception 'not today'`);
    expect(await said()).toEqual([
      [expect.stringContaining('not today'), expect.stringContaining('returns a row with one person’s id')],
    ]);
  });
});
