import { loadConfig } from '../../../src/config/config';
import * as inbox from '../../../src/database/inbox';
import { selectParcels } from '../../../src/database/parcels';
import { selectParcelCodes } from '../../../src/database/pickup-codes';
import type { Queryable } from '../../../src/database/pool';

const { shopTables } = loadConfig({});

/** Everything that an app asks about the messages of somebody, with one of them. */
export async function askAboutInbox(db: Queryable, user: string, messageId: string): Promise<void> {
  const recipient = { audience: 'user', id: user } as const;
  const before = { at: new Date().toISOString(), id: messageId };
  for (const page of [{}, { before }, { unread: true }, { unread: true, before }, { unread: false }])
    await inbox.selectInbox(db, shopTables, recipient, { ...page, limit: 21 });
  await inbox.countUnread(db, shopTables, recipient, 100);
  await inbox.findOthers(db, shopTables, recipient, [messageId, 'none']);
  await inbox.markMessages(db, [messageId], false);
  await inbox.selectUnreadUntil(db, shopTables, recipient, { until: new Date(), limit: 1_000 });
  await inbox.markMessages(db, [messageId], true);
}

/** Everything that an app asks about the parcels of somebody, with one of them. */
export async function askAboutParcels(
  db: Queryable,
  { user, waybill, trackingNo }: Record<'user' | 'waybill' | 'trackingNo', string>,
): Promise<void> {
  const page = { userId: user, limit: 11 };
  await selectParcels(db, shopTables, page);
  await selectParcels(db, shopTables, { ...page, before: { at: new Date().toISOString(), id: waybill } });
  await selectParcels(db, shopTables, { ...page, orderId: 'ORDER-1' });
  await selectParcels(db, shopTables, { ...page, trackingNo });
  await selectParcelCodes(db, shopTables, user, [waybill]);
}
