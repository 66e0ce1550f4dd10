import type { WrittenNotification } from '../shipment/address-notification';
import type { NotificationRef } from '../shipment/delivery';
import type { MessageText } from '../shipment/message-text';
import { fittedId, type IdTypes, personKey } from './ids';
import type { Queryable } from './pool';

/** A notification of a delivery as its row says. */
export interface RecipientRow extends NotificationRef, Omit<WrittenNotification, 'isTheirs'> {
  /** Whom it is for, in the spelling of the keys of `findOrderOf`; `null`: nobody. */
  readonly personKey: string | null;
  readonly sendStatus: string | null;
  readonly lastError: string | null;
  readonly title: string | null;
  readonly body: string | null;
}

/** Reads the notifications of a delivery, and holds them until the transaction ends. */
export async function selectRecipientRows(
  db: Queryable,
  types: IdTypes,
  workflowId: string,
): Promise<RecipientRow[]> {
  const recipient = 'n.recipient_id::text';
  const { rows } = await db.query<RecipientRow>(
    `select n.message_id as "messageId", n.aud as audience, ${recipient} as "recipientId",
            n.send_status as "sendStatus", n.last_error as "lastError", n.title, n.body,
            case n.aud when 'merchant' then ${personKey(recipient, types.merchantId)}
                       else ${personKey(recipient, types.userId)} end as "personKey",
            exists (select from waybell.express_pushes p
                     where p.message_id = n.message_id and p.state in ('accepted', 'claimed')) as "isTold"
       from public.express_notifications n
      where n.workflow_id = $1
      order by n.message_id
        for update of n`,
    [workflowId],
  );
  return rows;
}

/**
 * Gives a notification that nobody was told the words of today, where it has others of ours: the order may have been
 * cancelled since it was written.
 */
export async function rewordNotification(
  db: Queryable,
  { messageId, title, body }: RecipientRow,
  { text, ours }: { readonly text: MessageText; readonly ours: readonly MessageText[] },
): Promise<void> {
  const isOurs = ours.some((one) => one.title === title && one.body === body);
  if (!isOurs || (text.title === title && text.body === body)) return;
  await db.query(
    `update public.express_notifications set title = $2, body = $3, content = $4, updated_at = now()
      where message_id = $1`,
    [messageId, text.title, text.body, text.body],
  );
}

/**
 * Makes a notification that nobody was told another person's. What was tried on the phones of the former one ends as
 * moved: it is none of this person's failures.
 */
export async function readdressNotification(
  db: Queryable,
  types: IdTypes,
  messageId: string,
  { recipientId, orderId }: { readonly recipientId: string; readonly orderId: string },
): Promise<void> {
  await db.query(
    `update public.express_notifications
        set recipient_id = ${fittedId('$2::text', types.recipientId)}, order_id = ${fittedId('$3::text', types.toldOrderId)},
            updated_at = now(), is_read = '0'
      where message_id = $1`,
    [messageId, recipientId, orderId],
  );
  await db.query(
    `update waybell.express_pushes
        set state = 'moved', code = 'not_the_owner', words = '', answered_at = now()
      where message_id = $1 and state <> 'accepted'`,
    [messageId],
  );
}
