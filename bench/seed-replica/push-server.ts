import { endWithParent, setting } from '../forked';
import { poll } from './poll';
import { openPool } from './database';

/** push-server's consumer: pushes the rows of express_notifications to every phone through the cloud function. */

const pool = openPool();
const cloudFunctionUrl = setting('CLOUD_FUNC_URL');

interface Pending {
  readonly id: string;
  readonly aud: string;
  readonly recipient_id: string;
  readonly event_text_safe: string;
}

async function pushPending(): Promise<void> {
  const { rows } = await pool.query<Pending>(
    `select id, aud, recipient_id, event_text_safe from express_notifications
      where send_status = 'pending' order by created_at`,
  );
  for (const row of rows) await push(row);
}

async function push({ id, aud, recipient_id, event_text_safe: title }: Pending): Promise<void> {
  const owner = aud === 'merchant' ? 'merchant_id' : 'user_id';
  const { rows: devices } = await pool.query<{ cid: string }>(
    `select cid from push_devices where ${owner} = $1 and is_active`,
    [recipient_id],
  );
  for (const { cid } of devices) {
    const answer = await fetch(cloudFunctionUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ push_clientid: cid, title, content: title }),
    });
    await answer.arrayBuffer();
  }
  await pool.query(`update express_notifications set send_status = $2, last_error = $3 where id = $1`, [
    id,
    devices.length > 0 ? 'success' : 'no-targets',
    devices.length > 0 ? null : 'no active devices',
  ]);
}

endWithParent();
void poll(Number(setting('FIRST_POLL_AT')), pushPending);
