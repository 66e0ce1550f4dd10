import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { PROJECT_ROOT } from '../src/project-root';
import { launchChromium } from '../test/browser/chromium';
import { ownSettings, runProduct } from '../test/start/product';
import { takeConsolePictures } from './console-pictures';

/** Takes the pictures of the README from a Waybell of its own: `npm run screenshots`. */

const IMAGES = path.join(PROJECT_ROOT, 'docs/images');
/** Narrow enough to be read in the column of a README, wide enough for three phones side by side. */
const PHONES_SIZE = { width: 1040, height: 1_000 };
const TEMPORAL_SIZE = { width: 1280, height: 1_600 };
/** Of the bars at the left and the top of the Temporal UI, which tell nothing here. */
const TEMPORAL_BARS = { x: 64, y: 56 };
/** Under the phones. */
const MARGIN = 20;
/** A card flies in for 420 ms; the Temporal UI draws its time line step by step. */
const STANDSTILL_MS = 1_500;
/** Out of 100: no ring is seen around letters. */
const JPEG_QUALITY = 80;

async function takeScreenshots(): Promise<void> {
  const settings = await ownSettings();
  const product = runProduct(['start'], settings);
  const browser = await launchChromium();
  try {
    await product.ready();
    const delivery = await pictureOfPhones(browser, `http://127.0.0.1:${settings.PORT}/demo`);
    await pictureOfDelivery(browser, delivery);
    await takeConsolePictures(browser);
  } finally {
    await browser.close();
    await product.end('SIGTERM');
    await rm(settings.DATA_DIR, { recursive: true, force: true });
  }
}

/**
 * Three statuses of the sample parcel, the last one refused by one phone.
 * @returns where the Temporal UI shows the second delivery: the first one after a start is slow.
 */
async function pictureOfPhones(browser: Browser, url: string): Promise<string> {
  const page = await browser.newPage({ viewport: PHONES_SIZE, deviceScaleFactor: 1.5, locale: 'en-GB' });
  const phone = (number: number): Locator => page.locator('.phone').nth(number - 1);
  const shown = (number: number, count: number): Promise<void> =>
    phone(number)
      .locator('.card-receipt:is([data-state=shown], [data-state=clicked])')
      .nth(count - 1)
      .waitFor();
  const send = (): Promise<void> => page.locator('#send').click();

  await page.goto(url);
  for (const number of [1, 2, 3]) await phone(number).locator('.registration[data-state=good]').waitFor();
  await send();
  for (const number of [1, 2, 3]) await shown(number, 1);
  await phone(1).locator('.card').click();
  await send();
  for (const number of [1, 2, 3]) await shown(number, 2);
  const delivery = (await page.locator('#send-workflow').getAttribute('href')) ?? '';
  await phone(2).locator('.switch').click();
  await send();
  for (const number of [1, 3]) await shown(number, 3);
  await phone(2).locator('.card-refused').waitFor();
  // JPEG: the screens are colour gradients, which cost 440 KB as PNG at a lower resolution.
  await save(page, 'demo-phones.jpg', { x: 0, y: 0 }, page.locator('.phones'), MARGIN);
  return delivery;
}

async function pictureOfDelivery(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage({ viewport: TEMPORAL_SIZE, locale: 'en-GB' });
  await page.goto(url);
  await page.getByRole('button', { name: 'Descending' }).click();
  await page.getByText('Compact', { exact: true }).click();
  const table = page.locator('table').filter({ hasText: 'record outcome' });
  await table.waitFor();
  await save(page, 'temporal-delivery.png', TEMPORAL_BARS, table);
}

/** Writes what is between the corner `from` and the lower end of `last`, and `margin` below it. */
async function save(
  page: Page,
  name: string,
  from: { readonly x: number; readonly y: number },
  last: Locator,
  margin = 0,
): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(STANDSTILL_MS);
  const box = await last.boundingBox();
  const viewport = page.viewportSize();
  if (!box || !viewport) throw new Error(`nothing to see for ${name}`);
  const clip = { ...from, width: viewport.width - from.x, height: box.y + box.height + margin - from.y };
  const file = path.join(IMAGES, name);
  await page.screenshot({ path: file, clip, ...(name.endsWith('.jpg') && { quality: JPEG_QUALITY }) });
  console.log(path.relative(PROJECT_ROOT, file));
}

takeScreenshots().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
