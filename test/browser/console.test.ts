import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { eventually } from '../setup/processes';
import { ownSettings, requireClosedLedger, runProduct, type Product, type Settings } from '../start/product';
import { launchChromium } from './chromium';

/** A start of the product on a busy machine, and a browser. */
const SLOW_MS = 120_000;
const KEY = 'f0e1d2c3b4a5968778695a4b3c2d1e0f';
const PARCEL = 'TEST_YT_20260206_0007';
/** Of both parcels, the other of which is linked to it here. */
const ORDER = 'ORDER_20260206_0007';
/** A parcel that the sample shop has no order of. */
const ORDERLESS = 'TEST_YT_NO_ORDER_1';
const NARROW = { width: 360, height: 740 };

/** One operator through one night. */
describe('the console in a browser', () => {
  let settings: Settings;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    settings = { ...(await ownSettings()), CONSOLE: 'on', API_KEYS: KEY, UNSIGNED_WEBHOOKS: 'allow' };
    browser = await launchChromium();
    product = runProduct(['start'], settings);
    await product.ready();
    context = await browser.newContext({
      locale: 'en-GB',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
  }, SLOW_MS);
  afterEach(() => expect(complaints.splice(0)).toEqual([]));
  afterAll(async () => {
    await browser.close();
    await requireClosedLedger(settings);
    await product.end('SIGTERM');
    await rm(settings.DATA_DIR, { recursive: true, force: true });
  });

  const url = (path: string): string => `http://127.0.0.1:${settings.PORT}${path}`;
  const text = (words: string): Locator => page.getByText(words, { exact: false }).first();
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const dialog = (): Locator => page.locator('dialog[open]');

  async function send(trackingNo: string, status: string): Promise<void> {
    const response = await fetch(url('/webhook/express/status'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        carrier: 'yto',
        tracking_no: trackingNo,
        status,
        event_text: '<img src=x onerror=alert(1)> 已到达',
        event_time: new Date(Date.now() - 60_000).toISOString(),
      }),
    });
    expect(response.status).toBe(200);
  }

  async function refuse(cid: string, mode: 'refuse' | 'ok'): Promise<void> {
    await fetch(url('/demo/behaviour'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ cid, mode }),
    });
  }

  const isAsWideAsTheScreen = (): Promise<boolean> =>
    page.evaluate('document.documentElement.scrollWidth <= innerWidth');

  test('a wrong key is refused in words, and a right one leaves nothing in the browser that a script could read', async () => {
    await page.goto(url('/console'));
    await page.locator('#key').fill('x'.repeat(40));
    await button('Log in').click();
    await text('this API key is not known, or has ended').waitFor();
    await page.locator('#key').fill(KEY);
    await button('Log in').click();
    await text('nothing is overdue').waitFor();
    // Not being logged in, and the wrong key.
    for (const words of complaints.splice(0)) expect(words).toContain('status of 401');
    const readable = await page.evaluate(
      'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, document.querySelector("#key").value])',
    );
    expect(readable).not.toContain(KEY);
    expect(await page.evaluate('document.cookie')).toBe('');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/console' });
  });

  test('what waits comes by itself; its parcel says why, what to do, and what the customer may be told', async () => {
    await refuse('demo-phone-buyer-1', 'refuse');
    await send(PARCEL, 'out_for_delivery');
    await text('Push failed 1').waitFor();
    await page.getByRole('link', { name: `yto ${PARCEL}` }).click();
    await text('Push failed').waitFor();
    await text('somebody removes the cause and retries').waitFor();
    await text('refused by the switch on the demo phone').waitFor();
    await text('Your parcel with the number ending in 0007 is out for delivery').waitFor();
    await text('您尾号 0007 的包裹正在派送').waitFor();
    await page.locator('.sentence button').last().click();
    const copied = String(await page.evaluate('navigator.clipboard.readText()'));
    expect(copied).toMatch(
      /^Your parcel with the number ending in 0007 is out for delivery \(.*\), and .*\.$/,
    );
  });

  test('what a carrier wrote is text, not markup', async () => {
    await text('<img src=x onerror=alert(1)>').waitFor();
    expect(await page.locator('#view img').count()).toBe(0);
  });

  test('Retry shows first what would happen, wants a reason, and the phone gets it', async () => {
    await refuse('demo-phone-buyer-1', 'ok');
    await button('Retry').click();
    expect(await dialog().locator('#reason:invalid').count()).toBe(1);
    await dialog().locator('#reason').fill('the phone is repaired');
    await dialog().getByRole('button', { name: 'Look first' }).click();
    await dialog().getByRole('button', { name: 'Do it' }).click();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await eventually(async () => (await page.locator('.phones .pill[data-state=bad]').count()) === 0);
    await page.locator('.time-line').waitFor();
  });

  test('many are retried at once after a look, and it is said how far that is', async () => {
    await send(ORDERLESS, 'in_transit');
    await page.goto(url('/console?view=waits&kind=order-not-found'));
    await page.locator('.row input[type=checkbox]').check();
    await button('Retry 1 marked').click();
    await dialog().locator('#reason').fill('a try');
    await dialog().getByRole('button', { name: 'Look first' }).click();
    await dialog().getByText('Deliveries that are meant: 1.').waitFor();
    await dialog().getByText(ORDERLESS).waitFor();
    await dialog().getByRole('button', { name: 'Do it' }).click();
    await dialog().getByText('1 tried again').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
  });

  test('an order is linked, and the delivery goes on', async () => {
    await page.goto(url(`/console?name=${ORDERLESS}`));
    await button('Link an order').click();
    await dialog().locator('input').first().fill(ORDER);
    await dialog().locator('#reason').fill('the shop had forgotten it');
    await dialog().getByRole('button', { name: 'Look first' }).click();
    await dialog().getByText('Deliveries that would go on: 1.').waitFor();
    await dialog().getByRole('button', { name: 'Do it' }).click();
    await dialog().getByText('Linked. Deliveries that go on now: 1.').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await text('accepted').waitFor();
    const audit = await fetch(url('/api/v1/audit'), { headers: { 'x-api-key': KEY } });
    const { audit: entries } = (await audit.json()) as { audit: { action: string; asked: string }[] };
    expect(entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['linkParcel', 'startRetries', 'retryDelivery', 'logInToConsole']),
    );
    for (const { action, asked } of entries)
      if (action !== 'logInToConsole') expect(asked).toContain('reason');
  });

  test('messages are found by their order, person and phone, what has not reached its people first', async () => {
    await page.goto(url(`/console?order=${ORDER}`));
    await text(`Messages of “${ORDER}”`).waitFor();
    expect(await page.locator('.rows .number').count()).toBe(4);
    await page.locator('#name').fill('demo-phone-buyer-1');
    await button('Search').click();
    await text('Messages of “demo-phone-buyer-1”').waitFor();
    expect(await page.locator('.rows .number').count()).toBe(2);
    await page.getByRole('link', { name: `yto ${PARCEL}` }).click();
    await page.getByRole('heading', { name: `yto ${PARCEL}` }).waitFor();
    await page.locator('#name').fill('nobody of this name');
    await button('Search').click();
    await text('Nothing is known of “nobody of this name”').waitFor();
    await page.goto(url('/console'));
    await text('nothing is overdue').waitFor();
    // The browser itself notes what is not found.
    for (const words of complaints.splice(0)) expect(words).toMatch(/status of 40[04]/);
  });

  test('every page is as narrow as a telephone, in both languages', async () => {
    await page.setViewportSize(NARROW);
    for (const language of ['中文', 'English']) {
      await page.getByRole('button', { name: language }).click();
      for (const path of [
        '?view=waits',
        '?view=channels',
        '?view=providers',
        '?view=words',
        '?view=ledger',
        `?order=${ORDER}`,
        `?name=${PARCEL}`,
      ]) {
        await page.goto(url(`/console${path}`));
        await page.locator('#view h2').first().waitFor();
        expect([language, path, await isAsWideAsTheScreen()]).toEqual([language, path, true]);
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('with the log-out it is over', async () => {
    await page.goto(url('/console'));
    await button('Log out').click();
    await text('With a key of your own').waitFor();
    expect(await context.cookies()).toEqual([]);
    await page.reload();
    await text('With a key of your own').waitFor();
    for (const words of complaints.splice(0)) expect(words).toContain('status of 401');
  });
});
