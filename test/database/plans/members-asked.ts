import { loadConfig } from '../../../src/config/config';
import { claimDueWaits } from '../../../src/database/due-waits';
import * as search from '../../../src/database/find-devices';
import * as members from '../../../src/database/members';
import { claimPush } from '../../../src/database/pushes';
import type { Queryable } from '../../../src/database/pool';

const { shopTables } = loadConfig({ SHOP_TABLES: '{"members": {"table": "shop_staff"}}' });

export interface AskedMerchant {
  readonly user: string;
  readonly merchant: string;
  readonly messageId: string;
  readonly workflowId: string;
}

/** All that is asked where the shop says who belongs to a merchant. */
export async function askAboutMembers(db: Queryable, asked: AskedMerchant): Promise<void> {
  const { user, merchant, messageId, workflowId } = asked;
  const { rows } = await db.query<{ id: string }>(
    'select id::text as id from push_devices where user_id::text = $1 limit 1',
    [user],
  );
  const deviceId = rows[0]?.id ?? '';
  await db.query('create table shop_staff (merchant_id text, user_id text)');
  await db.query('create index on shop_staff (merchant_id)');
  await db.query('insert into shop_staff values ($1, $2)', [merchant, user]);
  const owner = { audience: 'merchant', recipientId: merchant } as const;
  const staff = members.peopleOf(await members.findStaff(db, shopTables, 'merchant', merchant));
  if (staff?.length !== 1) throw new Error('the members of the merchant are not found');
  if (shopTables.members === undefined) throw new Error('no members are mapped');
  await members.isMember(db, shopTables, shopTables.members, { userId: user, merchantId: merchant });
  await members.isPhoneOfMember(db, shopTables, { audience: 'merchant', messageId, deviceId });
  await search.findDevices(db, shopTables, {
    ...{ notification: { ...owner, messageId }, staff, round: 1, limit: 100, pushOnlyTo: ['a cid'] },
  });
  await search.everHadDevice(db, shopTables, owner, staff);
  await search.isPushedTo(db, shopTables, owner, ['a cid']);
  await claimPush(db, shopTables, {
    ...{ workflowId, messageId, deviceId, round: 1, atLeastGeneration: 0, force: false },
    ...{ provenFirstMs: 600_000, isMember: true },
  });
  const waiting = `waits/${workflowId}`;
  await db.query(
    `insert into waybell.express_waits (workflow_id, kind, audience, owner_id, waybill_id, deadline)
     values ($1, 'device', 'merchant', $2, 'unknown', now())`,
    [waiting, merchant],
  );
  const { phones } = await members.findAwaitedStaff(db, shopTables);
  await claimDueWaits(db, shopTables, 500, phones);
  await db.query('delete from waybell.express_waits where workflow_id = $1', [waiting]);
}
