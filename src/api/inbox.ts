import type { Response, Router } from 'express';
import {
  countUnread,
  findOthers,
  type InboxEntry,
  markMessages,
  type Recipient,
  selectInbox,
  selectUnreadUntil,
} from '../database/inbox';
import { selectPickupCodes } from '../database/pickup-codes';
import { inTransaction, type Queryable } from '../database/pool';
import type { Caller } from './access';
import { callerOf } from './auth';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { listInbox, markInbox, MOST_UNREAD } from './inbox-operations';
import { type Asked, serve } from './operation';
import { openCodes } from './opened-codes';
import { requireOwner } from './owners';
import { pageOf } from './page-cursor';
import { fieldInvalid } from './request-input';

/** What `until` marks in one request: far within the time of a statement. */
const MARKED_AT_ONCE = 1_000;

type InboxParts = Pick<ApiDependencies, 'pool' | 'config' | 'log'>;

/** What an app shows a person of what they were told, and what of it they have read. */
export function addInboxRoutes(router: Router, deps: InboxParts): void {
  const { pool, config } = deps;
  const { shopTables } = config;
  const codesOf = openCodes(deps);

  serve(router, listInbox, async ({ query }, response) => {
    const { user_id, merchant_id, before, limit, unread: seen } = query;
    const recipient = await recipientOf(deps, response, { user_id, merchant_id });
    const wanted = {
      ...{ before, limit: limit + 1 },
      ...(seen !== undefined && { unread: seen === 'true' }),
    };
    const [found, unread, sealed] = await ofRecipient(recipient, async (db) => {
      const entries = await selectInbox(db, shopTables, recipient, wanted);
      const told = mayCollect(callerOf(response), recipient) ? entries.filter(saysPickup) : [];
      const ids = told.map(({ message_id }) => message_id);
      return [
        entries,
        await countUnread(db, shopTables, recipient, MOST_UNREAD),
        await selectPickupCodes(db, shopTables, recipient.id, ids),
      ] as const;
    });
    response.set('Cache-Control', 'no-store');
    const codes = codesOf(sealed);
    const { page, next } = pageOf(found, limit, ({ message_id }) => message_id);
    const notifications = page.map((entry) => ({
      ...entry,
      pickup_codes: codes.get(entry.message_id) ?? null,
    }));
    return { ok: true, notifications, count: notifications.length, unread, next };
  });

  serve(router, markInbox, async ({ body }, response) => {
    const recipient = await recipientOf(deps, response, body);
    return ofRecipient(recipient, async (db) => {
      const ids = await meant(db, recipient, body);
      const marked = await markMessages(db, ids, body.read);
      const unread = await countUnread(db, shopTables, recipient, MOST_UNREAD);
      return { ok: true, marked, unread, more: body.until !== undefined && ids.length === MARKED_AT_ONCE };
    });
  });

  /** Which messages are to be marked. Somebody else's is answered as one that never was. */
  async function meant(
    db: Queryable,
    recipient: Recipient,
    { message_ids: ids, until, read }: Asked<typeof markInbox>['body'],
  ): Promise<readonly string[]> {
    if ((ids === undefined) === (until === undefined))
      throw fieldInvalid('message_ids', 'send this, or until');
    if (until !== undefined) {
      if (!read) throw fieldInvalid('until', 'marks messages as read only');
      return selectUnreadUntil(db, shopTables, recipient, { until, limit: MARKED_AT_ONCE });
    }
    const named = [...new Set(ids)];
    const [other] = await findOthers(db, shopTables, recipient, named);
    if (other === undefined) return named;
    throw new HttpProblem('notification-unknown', `no notification ${other}`, { field: 'message_ids' });
  }

  function ofRecipient<T>(recipient: Recipient, work: (db: Queryable) => Promise<T>): Promise<T> {
    const field = recipient.audience === 'user' ? 'user_id' : 'merchant_id';
    return namingField({ [field]: recipient.id }, () => inTransaction(pool, work));
  }
}

interface Named {
  readonly user_id?: string | undefined;
  readonly merchant_id?: string | undefined;
}

async function recipientOf(
  { pool, config }: InboxParts,
  response: Response,
  { user_id, merchant_id }: Named,
): Promise<Recipient> {
  const { userId, merchantId } = await requireOwner({ pool, config }, callerOf(response), {
    userId: user_id,
    merchantId: merchant_id,
  });
  if (userId == null) return { audience: 'merchant', id: merchantId as string };
  if (merchantId != null) throw fieldInvalid('merchant_id', 'must not come with user_id here');
  return { audience: 'user', id: userId };
}

/** Codes are for that person, who has shown who they are: a key of the shop speaks for anybody. */
function mayCollect(caller: Caller, recipient: Recipient): boolean {
  return caller.kind === 'person' && recipient.audience === 'user';
}

const saysPickup = ({ status }: InboxEntry): boolean => status === 'available_for_pickup';
