import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { endWithParent, setting } from '../forked';
import { openPool } from './database';

/** webhook-receiver: stores the status of a known waybill, queues it, and answers. */

const pool = openPool();

interface Scan {
  readonly tracking_no: string;
  readonly status: string;
  readonly event_text: string;
}

async function receive({ tracking_no, status, event_text }: Scan): Promise<object> {
  const { rows } = await pool.query<{ id: string }>(
    `update platform_express_waybills set status = $2, updated_at = now() where tracking_no = $1 returning id`,
    [tracking_no, status],
  );
  if (rows[0] === undefined) return { ok: false, message: 'waybill not found' };
  await pool.query(`insert into notify_queue (waybill_id, event_status, event_text) values ($1, $2, $3)`, [
    rows[0].id,
    status,
    event_text,
  ]);
  return { ok: true };
}

const server = createServer((request, response) => {
  void json(request)
    .then((scan) => receive(scan as Scan))
    .catch((error: unknown) => {
      response.statusCode = 502;
      return { ok: false, message: String(error) };
    })
    .then((answer) => response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)));
});

endWithParent();
server.listen(Number(setting('PORT')), '127.0.0.1', () => process.send?.('ready'));
