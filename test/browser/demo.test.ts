import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { eventually, listProcesses } from '../setup/processes';
import { ownSettings, requireClosedLedger, runProduct, type Product, type Settings } from '../start/product';
import { launchChromium } from './chromium';

interface Notification {
  readonly message_id: string;
  readonly aud: string;
  readonly tracking_no: string;
  readonly status: string;
  readonly send_status: string;
}
interface Push {
  readonly cid: string;
  readonly state: string;
  readonly shown_at: string | null;
  readonly clicked_at: string | null;
}

/** A start of the product on a busy machine, and a browser. */
const SLOW_MS = 120_000;
const PARCEL = 'TEST_YT_20260206_0007';
const [BUYER_1, BUYER_2, SHOP_1] = ['demo-phone-buyer-1', 'demo-phone-buyer-2', 'demo-phone-shop-1'] as const;

/** One page through one life of the sample parcel: each test goes on where the one before has ended. */
describe('the demo phones in a browser', () => {
  let settings: Settings;
  let product: Product;
  let browser: Browser;
  let page: Page;
  /** What the browser has complained about: exceptions, refused content, failed requests. */
  const complaints: string[] = [];

  beforeAll(async () => {
    settings = {
      ...(await ownSettings()),
      WEBHOOK_SECRETS: `whsec_${Buffer.alloc(24, 'waybell').toString('base64')}`,
    };
    browser = await launchChromium();
    product = runProduct(['start'], settings);
    await product.ready();
    page = await browser.newPage({ locale: 'en-GB' });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${settings.PORT}/demo`);
    await connected();
  }, SLOW_MS);
  afterEach(() => expect(complaints.splice(0)).toEqual([]));
  afterAll(async () => {
    await browser.close();
    await requireClosedLedger(settings);
    await product.end('SIGTERM');
    await rm(settings.DATA_DIR, { recursive: true, force: true });
  });

  const phone = (cid: string): Locator =>
    page.locator('.phone', { has: page.getByText(cid, { exact: true }) });
  /** The newest is first. */
  const card = (cid: string): Locator => phone(cid).locator('.card:not(.card-refused)').first();
  const refusedCard = (cid: string): Locator => phone(cid).locator('.card-refused');
  const shows = (place: Locator, words: string): Promise<void> => place.filter({ hasText: words }).waitFor();
  const titlesOn = (cid: string): Promise<string[]> =>
    phone(cid).locator('.card:not(.card-refused) .card-title').allTextContents();

  async function connected(): Promise<void> {
    await shows(page.locator('#connection'), 'live');
    for (const cid of [BUYER_1, BUYER_2, SHOP_1]) await shows(phone(cid), 'registered');
  }

  const press = (): Promise<void> => page.locator('#send').click();
  const resultIs = (words: string): Promise<void> => shows(page.locator('#send-result'), words);

  async function get<Answer>(route: string): Promise<Answer> {
    return (await (await fetch(`http://127.0.0.1:${settings.PORT}/api/v1${route}`)).json()) as Answer;
  }

  /** What Waybell knows of each phone about one status of the sample parcel. */
  async function pushesOf(status: string): Promise<Record<string, Push>> {
    const { notifications } = await get<{ notifications: Notification[] }>('/notifications');
    const asked = notifications.filter((row) => row.tracking_no === PARCEL && row.status === status);
    const shown = await Promise.all(
      asked.map(({ message_id: id }) =>
        get<{ notification: { pushes: Push[] } }>(`/notifications/${encodeURIComponent(id)}`),
      ),
    );
    const pushes = shown.flatMap(({ notification }) => notification.pushes);
    return Object.fromEntries(pushes.map((push) => [push.cid, push]));
  }

  test('the button sends the next webhook; all phones show it, and ✓ once Waybell has their receipt', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/push/receipts', (route) => held.then(() => route.continue()));
    await press();
    await resultIs(`Accepted: ${PARCEL} picked_up 【杭州市】已揽收`);
    for (const cid of [BUYER_1, BUYER_2, SHOP_1]) {
      await shows(card(cid), '快递已揽收');
      await shows(card(cid), 'shown, receipt on its way…');
    }
    const before = Object.values(await pushesOf('picked_up'));
    expect(before.map(({ shown_at }) => shown_at)).toEqual([null, null, null]);

    release();
    for (const cid of [BUYER_1, BUYER_2, SHOP_1]) await shows(card(cid), '✓ shown');
    await page.unroute('**/push/receipts');
    const pushes = await pushesOf('picked_up');
    expect(Object.keys(pushes).sort()).toEqual([BUYER_1, BUYER_2, SHOP_1]);
    for (const push of Object.values(pushes)) {
      expect(push).toMatchObject({ state: 'accepted', clicked_at: null });
      expect(Date.parse(push.shown_at ?? '')).toBeLessThanOrEqual(Date.now());
    }
    const workflow = await page.locator('#send-workflow').getAttribute('href');
    expect(workflow).toContain(`:${settings['TEMPORAL_UI_PORT']}/namespaces/default/workflows/delivery%2F`);
  });

  test('a card that is opened is clicked, and no other is', async () => {
    await card(SHOP_1).click();
    await shows(card(SHOP_1), '✓✓ clicked');
    const pushes = await pushesOf('picked_up');
    expect(Date.parse(pushes[SHOP_1]?.clicked_at ?? '')).toBeLessThanOrEqual(Date.now());
    expect([pushes[BUYER_1]?.clicked_at, pushes[BUYER_2]?.clicked_at]).toEqual([null, null]);
  });

  test(
    'the terminal goes on where the button has stopped',
    async () => {
      const send = runProduct(['send'], settings);
      expect(await send.exitCode).toBe(0);
      expect(send.output()).toContain(`webhook    yto ${PARCEL} in_transit: `);
      await shows(card(BUYER_1), '快递运输中');
    },
    SLOW_MS,
  );

  test('the page speaks Chinese, also when it is loaded again, and English', async () => {
    await page.getByRole('button', { name: '中文' }).click();
    await shows(page.locator('#send'), '发送下一条回调');
    await page.reload();
    await shows(phone(BUYER_1), '已注册');
    await shows(card(BUYER_1), '✓ 已显示');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh');
    expect(await page.title()).toBe('Waybell · 演示手机');
    await page.getByRole('button', { name: 'English' }).click();
    await shows(card(BUYER_1), '✓ shown');
    await connected();
  });

  test('a phone that is refused is healed by Retry, and nobody gets a second push', async () => {
    const refuse = phone(BUYER_1).getByText('Refuse pushes to this phone');
    await refuse.click();
    await press();
    await resultIs(`Accepted: ${PARCEL} out_for_delivery`);
    await shows(refusedCard(BUYER_1), 'Refused');
    for (const cid of [BUYER_2, SHOP_1]) await shows(card(cid), '派送');
    await eventually(async () => (await pushesOf('out_for_delivery'))[BUYER_1]?.state === 'failed');

    await refuse.click();
    await refusedCard(BUYER_1).getByRole('button', { name: 'Retry' }).click();
    await shows(card(BUYER_1), '派送');
    await shows(card(BUYER_1), '✓ shown');
    expect(await refusedCard(BUYER_1).count()).toBe(0);
    await eventually(async () => (await pushesOf('out_for_delivery'))[BUYER_1]?.state === 'accepted');
    for (const cid of [BUYER_1, BUYER_2, SHOP_1]) expect((await titlesOn(cid)).length).toBe(3);
  });

  test('with Temporal away the page says in words that the webhook is kept, and it is delivered afterwards', async () => {
    const temporal = processOf(settings.DATA_DIR, 'start-dev');
    process.kill(temporal, 'SIGSTOP');
    await press();
    await resultIs(`Kept: ${PARCEL} delivered`).finally(() => process.kill(temporal, 'SIGCONT'));
    await shows(card(SHOP_1), '签收');
  });

  test(
    'with Waybell away the page says so; it is back with Waybell, and sends a fresh parcel',
    async () => {
      expect(await product.end('SIGTERM')).toBe(0);
      await shows(page.locator('#connection'), 'no connection');
      await press();
      await resultIs('Waybell does not answer. Is it running?');

      product = runProduct(['start'], settings);
      await product.ready();
      await connected();
      for (const words of complaints.splice(0)) expect(words).toMatch(/net::ERR_|status of 503/);
      await press();
      await resultIs('Accepted: TEST_YT_20260206_0008 picked_up');
      for (const cid of [BUYER_1, BUYER_2, SHOP_1]) await shows(card(cid), '尾号0008');
    },
    SLOW_MS,
  );

  test('what the policy of the page refuses would have been noticed', async () => {
    await page
      .locator('body')
      .evaluate((body: { innerHTML: string }) => (body.innerHTML += '<p style="top: 0">'));
    await eventually(() => complaints.length > 0);
    expect(complaints.splice(0)).toEqual([expect.stringContaining('Content Security Policy')]);
  });
});

/** The process of a part, by what stands in its command line. */
function processOf(dataDir: string, word: string): number {
  const found = listProcesses().find(({ command }) => command.includes(dataDir) && command.includes(word));
  if (found === undefined) throw new Error(`no process with ${word} in ${dataDir}`);
  return found.pid;
}
