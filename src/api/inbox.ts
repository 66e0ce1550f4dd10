import type { Router } from 'express';
import { selectInbox, type InboxEntry, type Recipient } from '../database/notifications';
import { selectPickupCodes, type CodesOfNotification } from '../database/pickup-codes';
import { inTransaction } from '../database/pool';
import { createCodeSeal } from '../intake/sealed-codes';
import type { Caller } from './access';
import { callerOf } from './auth';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { fewLines } from './few-lines';
import { listInbox } from './inbox-operations';
import { serve } from './operation';
import { requireOwner, type Owners } from './owners';
import { fieldInvalid } from './request-input';

type InboxParts = Pick<ApiDependencies, 'pool' | 'config' | 'log'>;

/** What an app shows a person of what they were told. */
export function addInboxRoutes(router: Router, { pool, config, log }: InboxParts): void {
  const seal = createCodeSeal(config.pickupCodeKeys);
  const lines = fewLines(log);

  serve(router, listInbox, async ({ query: { user_id, merchant_id, ...page } }, response) => {
    const caller = callerOf(response);
    const owners = requireOwner(caller, { userId: user_id, merchantId: merchant_id });
    const recipient = recipientOf(owners);
    const [entries, sealed] = await namingField(
      { user_id: owners.userId, merchant_id: owners.merchantId },
      () =>
        inTransaction(pool, async (db) => {
          const found = await selectInbox(db, recipient, page);
          const told = mayCollect(caller, recipient) ? found.filter(saysPickup) : [];
          const ids = told.map(({ message_id }) => message_id);
          return [found, await selectPickupCodes(db, config.shopTables, recipient.id, ids)] as const;
        }),
    );
    response.set('Cache-Control', 'no-store');
    const codes = opened(sealed);
    const notifications = entries.map((entry) => ({
      ...entry,
      pickup_codes: codes.get(entry.message_id) ?? null,
    }));
    return { ok: true, notifications, count: notifications.length };
  });

  /** By `message_id`. What does not open is missed by the log alone: the list is of use all the same. */
  function opened(sealed: readonly CodesOfNotification[]): ReadonlyMap<string, string[]> {
    const codes = new Map<string, string[]>();
    for (const { messageId, workflowId, sealed: closed } of sealed) {
      const open = seal?.open(closed, workflowId);
      if (open) codes.set(messageId, open);
      else lines.warn({}, { workflowId }, 'no key of PICKUP_CODE_KEYS has sealed this pickup code as it is');
    }
    return codes;
  }
}

function recipientOf({ userId, merchantId }: Owners): Recipient {
  if (userId === null) return { audience: 'merchant', id: merchantId as string };
  if (merchantId !== null) throw fieldInvalid('merchant_id', 'must not come with user_id here');
  return { audience: 'user', id: userId };
}

/** Codes are for that person, who has shown who they are: a key of the shop speaks for anybody. */
function mayCollect(caller: Caller, recipient: Recipient): boolean {
  return caller.kind === 'person' && recipient.audience === 'user';
}

const saysPickup = ({ status }: InboxEntry): boolean => status === 'available_for_pickup';
