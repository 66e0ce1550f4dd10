import { createECDH } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import express from 'express';
import type { Browser, BrowserContext, CDPSession, Page, Worker } from 'playwright-core';
import { createDemo } from '../../src/embedded/demo';
import { DEMO_SETTINGS } from '../embedded/demo-server';
import { listen, type LocalServer } from '../push/local-server';
import { eventually } from '../setup/processes';
import { launchChromium } from './chromium';

/** What Google's push service would have given: Chromium subscribes with nobody else. */
const ENDPOINT = 'https://fcm.googleapis.com/fcm/send/of-this-test';
const PUSH = {
  notificationId: 'w-1:1:delivered:1:user',
  title: '快递已签收',
  body: '包裹已送达',
  tag: 'parcel-1',
};

interface Registration {
  readonly registrationId: string;
  readonly scopeURL: string;
}

/** The page and the worker are real; the push comes from the browser's own test door instead of Google's service. */
describe('the service worker', () => {
  const receipts: Record<string, unknown>[] = [];
  const registrations: Record<string, unknown>[] = [];
  const vapid = createECDH('prime256v1');
  vapid.generateKeys();
  const complaints: string[] = [];
  let server: LocalServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let worker: Worker;
  let session: CDPSession;
  let registration: Registration;

  beforeAll(async () => {
    const app = express();
    app.post('/api/v1/push/receipts', express.json(), (request, response) => {
      receipts.push(request.body as Record<string, unknown>);
      response.json({ ok: true });
    });
    app.post('/api/v1/push/register', express.json(), (request, response) => {
      registrations.push(request.body as Record<string, unknown>);
      response.json({ ok: true });
    });
    const push = { ...DEMO_SETTINGS.push, VAPID_PRIVATE_KEY: vapid.getPrivateKey('base64url') };
    app.use('/demo', createDemo({ ...DEMO_SETTINGS, push }));
    server = await listen(app);
    browser = await launchChromium();
    context = await browser.newContext({ locale: 'en-GB', permissions: ['notifications'] });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    session = await context.newCDPSession(page);
    const registered = new Promise<Registration>((resolve) =>
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        if (registrations[0]) resolve(registrations[0]);
      }),
    );
    await session.send('ServiceWorker.enable');
    const started = context.waitForEvent('serviceworker');
    await page.goto(`${server.url}/demo`);
    [worker, registration] = await Promise.all([started, registered]);
    await page.locator('#browser').waitFor();
    await worker.evaluate((endpoint) => {
      const { pushManager } = (globalThis as unknown as { registration: { pushManager: object } })
        .registration;
      Object.assign(pushManager, { getSubscription: () => Promise.resolve({ endpoint }) });
    }, ENDPOINT);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const deliver = (push: object): Promise<unknown> =>
    session.send('ServiceWorker.deliverPushMessage', {
      origin: server.url,
      registrationId: registration.registrationId,
      data: JSON.stringify(push),
    });

  const shown = (): Promise<string[][]> =>
    worker.evaluate(async () => {
      const { registration: own } = globalThis as unknown as {
        registration: { getNotifications(): Promise<{ title: string; body: string; tag: string }[]> };
      };
      return (await own.getNotifications()).map(({ title, body, tag }) => [title, body, tag]);
    });

  test('shows a push, and says so under the endpoint of its browser', async () => {
    await deliver(PUSH);
    await eventually(() => receipts.length > 0);
    expect(await shown()).toEqual([[PUSH.title, PUSH.body, PUSH.tag]]);
    expect(receipts).toEqual([{ message_id: PUSH.notificationId, cid: ENDPOINT, event: 'shown' }]);
  });

  test('replaces what it shows of the same parcel', async () => {
    await deliver({ ...PUSH, notificationId: 'w-1:2:delivered:1:user', title: '快递派送中' });
    await eventually(() => receipts.length > 1);
    expect((await shown()).map(([title]) => title)).toEqual(['快递派送中']);
  });

  test('says that a notification was clicked', async () => {
    await worker.evaluate(async () => {
      const scope = globalThis as unknown as EventTarget & {
        registration: { getNotifications(): Promise<object[]> };
        NotificationEvent: new (type: string, init: object) => Event;
      };
      const [notification] = await scope.registration.getNotifications();
      scope.dispatchEvent(new scope.NotificationEvent('notificationclick', { notification }));
    });
    await eventually(() => receipts.length > 2);
    expect(receipts[2]).toEqual({ message_id: 'w-1:2:delivered:1:user', cid: ENDPOINT, event: 'clicked' });
    await eventually(async () => (await shown()).length === 0);
  });

  test.each([
    ['another key than ours is ended, and not registered', false],
    ['our key is registered again', true],
  ])('of a browser that had subscribed with %s', async (_, isOurs) => {
    const registered = () => registrations.filter(({ cid }) => cid === ENDPOINT).length;
    const other = await context.newPage();
    await other.addInitScript(
      ({ key, endpoint }) => {
        const options = { applicationServerKey: new Uint8Array(key).buffer };
        const subscription = {
          options,
          unsubscribe: () => Promise.resolve(Object.assign(globalThis, { ended: true })),
          toJSON: () => ({ endpoint, keys: {} }),
        };
        const { PushManager } = globalThis as unknown as { PushManager: { prototype: object } };
        Object.assign(PushManager.prototype, { getSubscription: () => Promise.resolve(subscription) });
      },
      { key: [...(isOurs ? vapid.getPublicKey() : Buffer.alloc(65, 4))], endpoint: ENDPOINT },
    );
    await other.goto(`${server.url}/demo`);
    const isEnded = () => other.evaluate(() => 'ended' in globalThis);
    await eventually(async () => registered() > 0 || (await isEnded()));
    expect([registered(), await isEnded()]).toEqual(isOurs ? [1, false] : [0, true]);
    await other.close();
  });

  test('belongs to a page that nothing was refused to', () => {
    expect(complaints).toEqual([]);
  });

  test('is of no use in a private window, where Chromium does not subscribe, and the page says so', async () => {
    const result = page.locator('#browser-result');
    await page.locator('#browser-switch').click();
    await result.filter({ hasText: 'Not subscribed: ' }).waitFor();
  });
});
