import { randomUUID } from 'node:crypto';
import { proofHeaders } from '../../sources/reading/proof';
import { readStatus, type RobotForm } from './form';

/** A program of the shop: what people would read, and what it was made of. Signed as Standard Webhooks. */
export const plain: RobotForm = {
  request: ({ url, secret }, { title, lines, footer }, now) => {
    const body = JSON.stringify({
      type: 'waybell.alarms',
      timestamp: now.toISOString(),
      data: { title, place: footer, alarms: lines },
    });
    return {
      url,
      body,
      ...(secret !== undefined && { headers: proofHeaders([secret], `msg_${randomUUID()}`, now, body) }),
    };
  },
  read: readStatus,
};
