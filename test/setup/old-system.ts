import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DeliveryLab } from './delivery-lab';
import { opened } from './open-resources';
import { use } from './use';

/**
 * The statements of the old pipeline, as PostgREST runs them for its service role: upserts on one column with
 * `on conflict (…) do update`, filters as plain comparisons.
 */
export interface OldSystem {
  /** webhook-receiver: writes the status of a known waybill. */
  receiveWebhook(trackingNo: string, status: string, text: string): Promise<void>;
  /** push-server: `POST /push_devices?on_conflict=cid`. */
  registerDevice(device: { cid: string; user_id: string | null; merchant_id: string | null }): Promise<void>;
  /** notify-worker: one look at notify_queue. Returns how the rows ended. */
  runNotifyWorker(): Promise<{ process_status: string; last_error: string | null }[]>;
  /** push-server's consumer: one look at express_notifications. Returns how many it took. */
  runConsumer(cloudFunctionUrl: string): Promise<number>;
  /** The consumer's loop, until `signal` aborts. Returns how often it looked. */
  keepConsuming(cloudFunctionUrl: string, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

const POLL_INTERVAL_MS = 20;

/** The one of a lab, for the tests of a suite or of a group. */
export const useOldSystem = (lab: DeliveryLab): OldSystem =>
  use(() => Promise.resolve(openOldSystem(lab.db.url, 'service_role')));

export function openOldSystem(databaseUrl: string, role?: string): OldSystem {
  const pool = new pg.Pool({ connectionString: databaseUrl, application_name: 'postgrest', max: 2 });
  const closed = opened('old system');

  async function request<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    const client = await pool.connect();
    try {
      await client.query(role === undefined ? 'begin' : `begin; set local role ${role}`);
      const { rows } = await client.query<T>(sql, values);
      await client.query('commit');
      return rows;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  const system: OldSystem = {
    async receiveWebhook(trackingNo, status, text) {
      await request(
        `update platform_express_waybills set status = $2, last_event_text = $3, updated_at = now()
          where tracking_no = $1`,
        [trackingNo, status, text],
      );
    },

    async registerDevice({ cid, user_id, merchant_id }) {
      await request(
        `insert into push_devices (appid, cid, user_id, merchant_id, is_active, last_seen_at, updated_at)
         values ('default', $1, $2, $3, true, now(), now())
         on conflict (cid) do update
            set appid = excluded.appid, user_id = excluded.user_id, merchant_id = excluded.merchant_id,
                is_active = excluded.is_active, last_seen_at = excluded.last_seen_at, updated_at = now()`,
        [cid, user_id, merchant_id],
      );
    },

    async runNotifyWorker() {
      const ends = [];
      const queue = await request<{ id: string; waybill_id: string; event_text: string | null }>(
        `select id, waybill_id, event_text from notify_queue where processed_at is null order by created_at limit 50`,
      );
      for (const { id, waybill_id, event_text } of queue) {
        const [order] = await request<{ id: string; user_id: string; merchant_id: string }>(
          `select o.id, o.user_id, o.merchant_id from ml_orders o
            where o.id = (select order_id from platform_express_waybills where id = $1)`,
          [waybill_id],
        );
        const people = order ? { user: order.user_id, merchant: order.merchant_id } : {};
        for (const [aud, recipient] of Object.entries(people)) {
          await request(
            `insert into express_notifications (message_id, queue_id, waybill_id, order_id, aud, recipient_id, event_text_safe)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (message_id) do update
                set queue_id = excluded.queue_id, event_text_safe = excluded.event_text_safe`,
            [`${id}:${aud}`, id, waybill_id, order?.id, aud, recipient, event_text ?? ''],
          );
        }
        ends.push(
          ...(await request<{ process_status: string; last_error: string | null }>(
            `update notify_queue set processed_at = now(), process_status = $2, last_error = $3
              where id = $1 returning process_status, last_error`,
            [id, order ? 'queued' : 'skipped', order ? null : 'order not found for waybill'],
          )),
        );
      }
      return ends;
    },

    async runConsumer(cloudFunctionUrl) {
      const rows = await request<{ id: string; aud: string; recipient_id: string; title: string | null }>(
        `select id, aud, recipient_id, coalesce(title, event_text_safe) as title from express_notifications
          where send_status is null or send_status = 'pending' order by created_at limit 20`,
      );
      for (const { id, aud, recipient_id, title } of rows) {
        const devices = await request<{ cid: string }>(
          `select cid from push_devices where ${aud === 'merchant' ? 'merchant_id' : 'user_id'} = $1 and is_active`,
          [recipient_id],
        );
        for (const { cid } of devices) {
          await fetch(cloudFunctionUrl, {
            method: 'POST',
            body: JSON.stringify({ push_clientid: cid, title }),
          });
        }
        await request(`update express_notifications set send_status = $2, last_error = $3 where id = $1`, [
          id,
          devices.length > 0 ? 'success' : 'no-targets',
          devices.length > 0 ? null : 'no active devices',
        ]);
      }
      return rows.length;
    },

    async keepConsuming(cloudFunctionUrl, signal) {
      let rounds = 0;
      for (; !signal.aborted; rounds += 1) {
        await system.runConsumer(cloudFunctionUrl);
        await sleep(POLL_INTERVAL_MS);
      }
      return rounds;
    },

    async close() {
      await pool.end();
      closed();
    },
  };
  return system;
}
