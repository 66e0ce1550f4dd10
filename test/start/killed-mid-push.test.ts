import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCloudFunction, type FakeCloudFunction } from '../setup/cloud-function';
import { eventually } from '../setup/processes';
import { ownSettings, requireClosedLedger, runProduct, type Product, type Settings } from './product';

/** Two starts, the end of what lost a server, and the 10 s after which Temporal gives a push of a dead worker to the next one. */
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

interface Message {
  readonly message_id: string;
  readonly status: string;
  readonly send_status: string;
}

async function ask<Answer>(route: string): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${settings.PORT}/api/v1/notifications${route}`);
  return (await answer.json()) as Answer;
}

async function messagesOf(status: string): Promise<readonly Message[]> {
  const { notifications } = await ask<{ notifications: Message[] }>('');
  return notifications.filter((message) => message.status === status);
}

/** How the pushes about a status stand. */
async function statesOf(status: string): Promise<string[]> {
  const states: string[] = [];
  for (const { message_id } of await messagesOf(status)) {
    const { notification } = await ask<{ notification: { pushes: { state: string }[] } }>(
      `/${encodeURIComponent(message_id)}`,
    );
    states.push(...notification.pushes.map(({ state }) => state));
  }
  return states;
}

/** What is killed, by the file that names its process while it runs. */
const PARTS = { 'its Temporal': 'temporal.server', 'its PostgreSQL': 'postgres.server' };
type Killed = 'Waybell' | keyof typeof PARTS;

async function kill(product: Product, killed: Killed): Promise<void> {
  if (killed === 'Waybell') {
    await product.end('SIGKILL');
    return;
  }
  const identity = await readFile(path.join(settings.DATA_DIR, PARTS[killed]), 'utf8');
  process.kill(Number.parseInt(identity, 10), 'SIGKILL');
}

test.each<[killed: Killed, status: string, hour: number]>([
  ['Waybell', 'in_transit', 10],
  ['its Temporal', 'out_for_delivery', 11],
  ['its PostgreSQL', 'delivered', 12],
])(
  'with %s killed by -9 in the middle of its pushes, it ends with every device pushed, each under one request id, and what was accepted once',
  async (killed, status, hour) => {
    cloud.requests.splice(0);
    const product = runProduct(['start'], settings);
    await product.ready();
    const [accepted = '', ...underWay] = PHONES;
    const release = cloud.hold(...underWay);
    await fetch(`http://127.0.0.1:${settings.PORT}/webhook/express/status`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        carrier: 'yto',
        tracking_no: 'TEST_YT_20260206_0007',
        status,
        event_text: status,
        event_time: `2026-02-06T${hour}:00:00+08:00`,
      }),
    });
    await eventually(() => PHONES.every((cid) => cloud.countFor(cid) > 0));
    await eventually(async () => (await statesOf(status)).includes('accepted'));
    await kill(product, killed);
    release();
    await product.exitCode;

    const again = runProduct(['start'], settings);
    await again.ready();
    const sent = async (): Promise<string[]> => (await messagesOf(status)).map((row) => row.send_status);
    await eventually(async () => String(await sent()) === 'success,success', 120_000);
    await requireClosedLedger(settings);
    expect(await again.end('SIGTERM')).toBe(0);

    for (const cid of PHONES) {
      const ids = cloud.requests.filter((r) => r.push_clientid === cid).map((r) => r.request_id);
      expect(new Set(ids).size).toBe(1);
    }
    expect(cloud.countFor(accepted)).toBe(1);
  },
  SLOW_MS,
);
