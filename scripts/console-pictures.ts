import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { PROJECT_ROOT } from '../src/project-root';
import { ownSettings, runProduct, type Settings } from '../test/start/product';

/** Takes the pictures of the console: of a night in which two things went wrong. */

const WIDE = { width: 1000, height: 700 };
const NARROW = { width: 390, height: 844 };
const JPEG_QUALITY = 80;
const PARCEL = 'TEST_YT_20260206_0007';
const KEY = 'f0e1d2c3b4a5968778695a4b3c2d1e0f';
/** The pushes have their answers by then. */
const STANDSTILL_MS = 1_500;

/** From a product of their own: the parcel of the demo has come farther. */
export async function takeConsolePictures(browser: Browser): Promise<void> {
  const settings = { ...(await ownSettings()), CONSOLE: 'on', API_KEYS: KEY };
  const product = runProduct(['start'], settings);
  const at = `http://127.0.0.1:${settings.PORT}`;
  try {
    await product.ready();
    await makeTrouble(at, settings);
    const wide = await openConsole(browser, at, 'en-GB', WIDE);
    await show(wide, `${at}/console`);
    await wide.screenshot(jpeg('console-waits'));
    await show(wide, `${at}/console?name=${PARCEL}`);
    await wide.screenshot(jpeg('console-parcel'));
    const narrow = await openConsole(browser, at, 'zh-CN', NARROW);
    await show(narrow, `${at}/console?name=${PARCEL}`);
    await narrow.screenshot(jpeg('console-phone'));
  } finally {
    await product.end('SIGTERM');
    await rm(settings.DATA_DIR, { recursive: true, force: true });
  }
}

const jpeg = (name: string) =>
  ({
    path: path.join(PROJECT_ROOT, 'docs/images', `${name}.jpg`),
    type: 'jpeg',
    quality: JPEG_QUALITY,
  }) as const;

/** A phone that is refused, and a parcel without an order. */
async function makeTrouble(at: string, settings: Settings): Promise<void> {
  const post = (route: string, body: object): Promise<Response> =>
    fetch(at + route, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const scan = (trackingNo: string, status: string, text: string, minutesAgo: number): Promise<Response> =>
    post('/webhook/express/status', {
      ...{ carrier: 'yto', tracking_no: trackingNo, status, event_text: text },
      event_time: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    });
  await runProduct(['send'], settings).exitCode;
  await post('/demo/behaviour', { cid: 'demo-phone-buyer-1', mode: 'refuse' });
  await scan(PARCEL, 'out_for_delivery', '快递员正在派送，请保持电话畅通', 4);
  await scan('TEST_YT_20260301_0412', 'in_transit', '【嘉兴市】已到达转运中心', 9);
  await scan('TEST_YT_20260301_0977', 'LOST_AT_SEA', '快件状态更新', 12);
}

async function openConsole(
  browser: Browser,
  at: string,
  locale: string,
  viewport: typeof WIDE,
): Promise<Page> {
  const page = await browser.newPage({ locale, viewport, deviceScaleFactor: 1 });
  await page.goto(`${at}/console`);
  await page.locator('#key').fill(KEY);
  await page.locator('#log-in .main-button').click();
  await page.locator('#view h2').waitFor();
  return page;
}

async function show(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('#view h2').waitFor();
  await page.waitForTimeout(STANDSTILL_MS);
}
