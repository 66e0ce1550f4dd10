import { loadConfig } from '../../../src/config/config';
import * as inbox from '../../../src/database/inbox';
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
