import jwt from 'jsonwebtoken';
import type { Session } from '../../kit/uni-app/waybell';
import { type ApiLab, unique } from '../api/api-lab';

export const JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters';

/** Of a Waybell that apps ask with the access tokens of people. */
export const SETTINGS = {
  DEVICE_REGISTRATION: 'jwt',
  SUPABASE_JWT_SECRET: JWT_SECRET,
  API_KEYS: 'k'.repeat(48),
  WEBHOOK_SECRETS: `whsec_${'a'.repeat(32)}`,
};

/** Somebody who is signed in; a merchant by what the shop has put into the token. */
export function personOf(userId: string, merchantId?: string): Session {
  const claims = { sub: userId, aud: 'authenticated', role: 'authenticated' };
  const token = { ...claims, ...(merchantId && { app_metadata: { merchant_id: merchantId } }) };
  const accessToken = jwt.sign(token, JWT_SECRET, { expiresIn: '1h' });
  return { userId, ...(merchantId && { merchantId }), accessToken };
}

interface ShopDatabase {
  deviceOf(this: void, cid: string): Promise<Record<string, unknown> | undefined>;
  /** A notification that was pushed to a phone an hour ago: its message_id. */
  pushTo(this: void, cid: string): Promise<string>;
  /** What a phone has said of a notification. */
  seen(this: void, messageId: string): Promise<'nothing' | 'shown' | 'clicked'>;
}

export function useShopDatabase(lab: ApiLab): ShopDatabase {
  async function deviceOf(cid: string): Promise<Record<string, unknown> | undefined> {
    const { rows } = await lab.db.pool.query<Record<string, unknown>>(
      'select * from push_devices where cid = $1',
      [cid],
    );
    return rows[0];
  }

  return {
    deviceOf,

    async pushTo(cid) {
      const messageId = `m:${unique()}`;
      const device = await deviceOf(cid);
      await lab.db.pool.query(
        `insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round, claimed_at)
         values ($1, $2, 'w', $3, 'unicloud', 'accepted', 1, now() - interval '1 hour')`,
        [messageId, device?.['id'], cid],
      );
      return messageId;
    },

    async seen(messageId) {
      const { rows } = await lab.db.pool.query<{ shown_at: Date | null; clicked_at: Date | null }>(
        'select shown_at, clicked_at from waybell.express_pushes where message_id = $1',
        [messageId],
      );
      return rows[0]?.clicked_at ? 'clicked' : rows[0]?.shown_at ? 'shown' : 'nothing';
    },
  };
}
