import type { Router } from 'express';
import { selectInbox, type Recipient } from '../database/notifications';
import { inTransaction } from '../database/pool';
import { callerOf } from './auth';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { listInbox } from './inbox-operations';
import { serve } from './operation';
import { requireOwner, type Owners } from './owners';
import { fieldInvalid } from './request-input';

/** What an app shows a person of what they were told. */
export function addInboxRoutes(router: Router, { pool }: Pick<ApiDependencies, 'pool'>): void {
  serve(router, listInbox, async ({ query: { user_id, merchant_id, ...page } }, response) => {
    const owners = requireOwner(callerOf(response), { userId: user_id, merchantId: merchant_id });
    const notifications = await namingField({ user_id: owners.userId, merchant_id: owners.merchantId }, () =>
      inTransaction(pool, (db) => selectInbox(db, recipientOf(owners), page)),
    );
    return { ok: true, notifications, count: notifications.length };
  });
}

function recipientOf({ userId, merchantId }: Owners): Recipient {
  if (userId === null) return { audience: 'merchant', id: merchantId as string };
  if (merchantId !== null) throw fieldInvalid('merchant_id', 'must not come with user_id here');
  return { audience: 'user', id: userId };
}
