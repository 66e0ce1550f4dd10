import { endWithParent, setting } from '../forked';
import { poll } from './poll';
import { openPool } from './database';

/** notify-worker: turns rows of notify_queue into rows of express_notifications, one for each audience. */

const pool = openPool();

interface Queued {
  readonly id: string;
  readonly waybill_id: string;
  readonly event_text: string;
}

async function consumeQueue(): Promise<void> {
  const { rows } = await pool.query<Queued>(
    `select id, waybill_id, event_text from notify_queue where processed_at is null order by created_at`,
  );
  for (const row of rows) await notify(row);
}

async function notify({ id, waybill_id, event_text }: Queued): Promise<void> {
  const { rows } = await pool.query<{ id: string; user_id: string; merchant_id: string }>(
    `select id, user_id, merchant_id from ml_orders
      where id = (select order_id from platform_express_waybills where id = $1)`,
    [waybill_id],
  );
  const [order] = rows;
  const people = order ? { user: order.user_id, merchant: order.merchant_id } : {};
  for (const [audience, recipient] of Object.entries(people)) {
    await pool.query(
      `insert into express_notifications
         (message_id, queue_id, waybill_id, order_id, aud, recipient_id, event_text_safe)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (message_id) do update set event_text_safe = excluded.event_text_safe`,
      [`${id}:${audience}`, id, waybill_id, order?.id, audience, recipient, event_text],
    );
  }
  await pool.query(
    `update notify_queue set processed_at = now(), process_status = $2, last_error = $3 where id = $1`,
    [id, order ? 'queued' : 'skipped', order ? null : 'order not found for waybill'],
  );
}

endWithParent();
void poll(Number(setting('FIRST_POLL_AT')), consumeQueue);
