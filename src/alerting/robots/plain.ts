import { randomUUID } from 'node:crypto';
import { sign } from '../../sources/reading/proof';
import { readStatus, type RobotForm } from './form';

/** A program of the shop: what people would read, and what it was made of. Signed as Standard Webhooks. */
export const plain: RobotForm = {
  request: ({ url, secret }, { title, lines, footer }, now) => {
    const body = JSON.stringify({
      type: 'waybell.alarms',
      timestamp: now.toISOString(),
      data: { title, place: footer, alarms: lines },
    });
    return { url, body, ...(secret !== undefined && { headers: proofOf(secret, body, now) }) };
  },
  read: readStatus,
};

function proofOf(secret: string, body: string, now: Date): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${sign(secret, id, timestamp, Buffer.from(body)).toString('base64')}`,
  };
}
