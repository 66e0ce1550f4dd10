import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCloudFunction, type FakeCloudFunction } from '../setup/cloud-function';
import { eventually } from '../setup/processes';
import { ownSettings, requireClosedLedger, runProduct, type Settings } from './product';

/** Two starts, and the 10 s after which Temporal gives a push of a dead worker to the next one. */
const SLOW_MS = 300_000;

const PHONES = ['demo-phone-buyer-1', 'demo-phone-buyer-2', 'demo-phone-shop-1'];

let cloud: FakeCloudFunction;
let settings: Settings;

beforeAll(async () => {
  cloud = await startCloudFunction();
  settings = { ...(await ownSettings()), CLOUD_FUNC_URL: cloud.url };
});
afterAll(async () => {
  await cloud.close();
  await rm(settings.DATA_DIR, { recursive: true, force: true });
});

test(
  'killed with -9 in the middle of its pushes, it ends with every device pushed, each under one request id',
  async () => {
    const killed = runProduct(['start'], settings);
    await killed.ready();
    const release = cloud.hold();
    await fetch(`http://127.0.0.1:${settings.PORT}/webhook/express/status`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        carrier: 'yto',
        tracking_no: 'TEST_YT_20260206_0007',
        status: 'delivered',
        event_text: '已签收',
        event_time: '2026-02-06T10:00:00+08:00',
      }),
    });
    await eventually(() => PHONES.every((cid) => cloud.countFor(cid) > 0));
    await killed.end('SIGKILL');
    release();

    const again = runProduct(['start'], settings);
    await again.ready();
    const sent = async (): Promise<string[]> => {
      const answer = await fetch(`http://127.0.0.1:${settings.PORT}/api/v1/notifications`);
      const { notifications } = (await answer.json()) as { notifications: { send_status: string }[] };
      return notifications.map((row) => row.send_status);
    };
    await eventually(async () => String(await sent()) === 'success,success', 120_000);
    await requireClosedLedger(settings);
    expect(await again.end('SIGTERM')).toBe(0);

    for (const cid of PHONES) {
      const ids = cloud.requests.filter((r) => r.push_clientid === cid).map((r) => r.request_id);
      // Before and after; a busy machine may have given up one more.
      expect(ids.length).toBeGreaterThan(1);
      expect(new Set(ids).size).toBe(1);
    }
  },
  SLOW_MS,
);
