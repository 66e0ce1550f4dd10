import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nextWebhook, type SendChoice } from '../../src/embedded/sample-parcel';

const NOW = new Date('2026-02-06T02:11:00Z');

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'waybell-sample-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Sends, and is accepted. */
async function send(choice: SendChoice = {}): Promise<string> {
  const { body, linkTo, keep } = await nextWebhook(dataDir, choice, NOW);
  await keep();
  return `${body['tracking_no']} ${body['status']}${linkTo === null ? '' : ` linked to ${linkTo}`}`;
}

test('the parcel goes through its life, and then a fresh one is linked to the same order', async () => {
  const sent = [await send(), await send(), await send(), await send(), await send(), await send()];
  expect(sent).toEqual([
    'TEST_YT_20260206_0007 picked_up',
    'TEST_YT_20260206_0007 in_transit',
    'TEST_YT_20260206_0007 out_for_delivery',
    'TEST_YT_20260206_0007 delivered',
    'TEST_YT_20260206_0008 picked_up linked to ORDER_20260206_0007',
    'TEST_YT_20260206_0008 in_transit',
  ]);
});

test('a webhook that was not accepted is the next one again', async () => {
  await send();
  const refused = await nextWebhook(dataDir, {}, NOW);
  expect(refused.body['status']).toBe('in_transit');
  expect(await send()).toBe('TEST_YT_20260206_0007 in_transit');
});

test('the same webhook again is the last one to the letter, and moves nothing', async () => {
  await expect(nextWebhook(dataDir, { same: true }, NOW)).rejects.toThrow('Nothing was sent yet');
  await send();
  const last = await nextWebhook(dataDir, { same: true }, new Date());
  expect(last.body).toEqual({
    carrier: 'yto',
    tracking_no: 'TEST_YT_20260206_0007',
    status: 'picked_up',
    event_text: '【杭州市】已揽收',
    event_time: '2026-02-06T02:11:00.000Z',
  });
  await last.keep();
  expect(await send()).toBe('TEST_YT_20260206_0007 in_transit');
});

test('another parcel leaves the sample parcel where it is; a chosen status moves it', async () => {
  expect(await send({ carrier: 'sf', trackingNo: 'SF123', status: 'customs' })).toBe('SF123 customs');
  expect(await send({ status: 'in_transit', text: '到了' })).toBe('TEST_YT_20260206_0007 in_transit');
  expect(await send()).toBe('TEST_YT_20260206_0007 out_for_delivery');
});
