import { createECDH, randomBytes } from 'node:crypto';
import type { PushMessage } from '../../src/push/provider';
import type { WebPushKeys } from '../../src/shipment/device';

const HOUR = 3_600_000;

/** A browser: what it tells us, and what it keeps to read our pushes with. */
export const browser = createECDH('prime256v1');
browser.generateKeys();
export const browserAuth = randomBytes(16);
export const subscription: WebPushKeys = {
  p256dh: browser.getPublicKey('base64url'),
  auth: browserAuth.toString('base64url'),
};

export const sampleMessage: PushMessage = {
  messageId: 'w-1:1:delivered:1:user',
  appid: 'default',
  cid: 'our-cid',
  title: '快递已签收',
  content: '包裹已送达',
  parcel: {
    status: 'delivered',
    lastFour: '0007',
    orderId: 'ORDER_20260206_0007',
    shown: { status: '快递已签收', last_four: '0007', shop: '商家' },
  },
  requestId: '0123456789abcdef0123456789abcdef',
  overwriteKey: 'w-1/user',
  timeToLiveMs: 24 * HOUR,
  registeredAt: new Date('2026-02-01T00:00:00Z'),
  subscription,
};
