import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createECDH, randomBytes, type ECDH } from 'node:crypto';
import { loadConfig } from '../../src/config/config';
import type { PushProvider } from '../../src/push/provider';
import { createProviders } from '../../src/push/registry';
import { serveDeliveries } from '../api/delivery-api';
import { listen } from '../push/local-server';
import { decrypt } from '../push/webpush/decrypt';
import { type Parcel, useLab } from '../setup/delivery-lab';
import { use } from '../setup/use';

const vapid = createECDH('prime256v1');
vapid.generateKeys();
const config = loadConfig({
  VAPID_PRIVATE_KEY: vapid.getPrivateKey('base64url'),
  VAPID_SUBJECT: 'mailto:ops@shop.example',
  WEBPUSH_LOOPBACK: 'allow',
});

/** A browser: its keys, and what its push service has for it. */
interface Browser {
  readonly endpoint: string;
  readonly keys: ECDH;
  readonly auth: Buffer;
  readonly received: Buffer[];
}

const lab = useLab();
const browsers = new Map<string, Browser>();
// As push services do: 201 for a subscription that they know, 410 for one that has ended.
const service = use(() =>
  listen((request, response) => {
    const browser = browsers.get(request.url ?? '');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      browser?.received.push(Buffer.concat(chunks));
      response.writeHead(browser ? 201 : 410).end();
    });
  }),
);
const api = use(() => serveDeliveries(lab, { config }));
const ours = createProviders(config.push);
/** Those of the lab, and Web Push. */
let providers: ReadonlyMap<string, PushProvider>;
beforeAll(() => {
  providers = new Map([...lab.deps.providers, ...ours]);
});
afterAll(async () => {
  for (const provider of ours.values()) await provider.close?.();
});

async function subscribe(parcel: Parcel, installation: string): Promise<Browser> {
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  const path = `/wp/${randomBytes(16).toString('base64url')}`;
  const browser = { endpoint: `${service.url}${path}`, keys, auth: randomBytes(16), received: [] };
  browsers.set(path, browser);
  const { status, json } = await api.call('POST', '/api/v1/push/register', {
    json: {
      cid: browser.endpoint,
      user_id: parcel.userId,
      provider: 'webpush',
      platform: 'web',
      notifications: 'denied',
      installation_id: installation,
      subscription: {
        p256dh: keys.getPublicKey('base64url'),
        auth: browser.auth.toString('base64url'),
        vapid_key: vapid.getPublicKey('base64url'),
      },
    },
  });
  expect([status, json['ok']]).toEqual([200, true]);
  return browser;
}

const read = ({ received, keys, auth }: Browser): Record<string, string> =>
  JSON.parse(decrypt(received.at(-1) ?? Buffer.alloc(0), keys, auth)) as Record<string, string>;

async function explained(messageId: string): Promise<{ whole: string; pushes: Record<string, unknown>[] }> {
  const { json } = await api.call('GET', `/api/v1/notifications/${encodeURIComponent(messageId)}`);
  const { explanation, pushes } = json['notification'] as {
    explanation: { en: string };
    pushes: Record<string, unknown>[];
  };
  return { whole: explanation.en, pushes };
}

describe('a browser is a real phone', () => {
  test('from its subscription to the click: each word on the way is its own', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    const first = await subscribe(parcel, `i-${parcel.userId}`);
    const browser = await subscribe(parcel, `i-${parcel.userId}`);
    const deliver = async () => (await lab.start(parcel, 'out_for_delivery', 1)).result();
    const { messageShape } = loadConfig({
      ...{ LINK_TEMPLATE: 'https://shop.example/o/{order_id}?m={message_id}', LOCK_SCREEN: 'status' },
    });
    const delivered = await lab.withWorker(deliver, undefined, { providers, messageShape });
    expect(delivered).toMatchObject({ outcome: 'success' });

    expect([first.received.length, browser.received.length]).toEqual([0, 1]);
    const { notificationId = '', title, body, tag, ...tap } = read(browser);
    expect([title, body, tag]).toEqual([
      expect.stringContaining('派送'),
      expect.any(String),
      expect.stringMatching(/^[\w-]{32}$/),
    ]);
    expect(body).not.toContain(parcel.trackingNo.slice(-4));
    expect(tap).toEqual({
      message_id: notificationId,
      status: 'out_for_delivery',
      last_four: parcel.trackingNo.slice(-4),
      order_id: parcel.orderId,
      link: `https://shop.example/o/${parcel.orderId}?m=${encodeURIComponent(notificationId)}`,
    });
    const accepted = await explained(notificationId);
    expect(accepted.whole).toContain('no phone has confirmed');
    const switchedOff = { en: expect.stringContaining('notifications were switched off') };
    expect(accepted.pushes[0]).toMatchObject({ explanation: switchedOff });
    expect(accepted.pushes).toEqual([
      expect.objectContaining({ state: 'accepted', delivered_at: null, shown_at: null, clicked_at: null }),
    ]);

    for (const [event, words] of [
      ['shown', 'says that it showed it'],
      ['clicked', 'A person opened it'],
    ]) {
      const receipt = { message_id: notificationId, cid: browser.endpoint, event };
      const { status } = await api.call('POST', '/api/v1/push/receipts', { json: receipt });
      expect(status).toBe(200);
      const { pushes } = await explained(notificationId);
      expect(pushes[0]).toMatchObject({ explanation: { en: expect.stringContaining(words ?? '') } });
    }
  });

  test('that has ended its subscription is retired, and the words say why', async () => {
    const parcel = await lab.parcel({ user: 0, merchant: 1 });
    const browser = await subscribe(parcel, `i-${parcel.userId}`);
    const other = await subscribe(parcel, `j-${parcel.userId}`);
    browsers.delete(new URL(browser.endpoint).pathname);
    const deliver = async () => (await lab.start(parcel, 'delivered', 1)).result();
    await lab.withWorker(deliver, undefined, { providers });

    const { pushes } = await explained(read(other)['notificationId'] ?? '');
    expect(pushes.find(({ cid }) => cid === browser.endpoint)).toMatchObject({
      state: 'deactivated',
      code: 'unregistered',
      explanation: { en: expect.stringContaining('ended its subscription') },
    });
    const { rows } = await lab.db.pool.query(
      'select is_active, inactive_reason from push_devices where cid = $1',
      [browser.endpoint],
    );
    expect(rows).toEqual([{ is_active: false, inactive_reason: 'unregistered' }]);
  });
});
