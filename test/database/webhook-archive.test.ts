import { expect, test } from '@jest/globals';
import {
  deleteWebhooksUpTo,
  insertWebhooks,
  selectWebhooks,
  type NewWebhook,
} from '../../src/database/webhook-archive';
import { useDatabase } from '../setup/database';

const db = useDatabase();
const MINUTE_MS = 60_000;
const START = Date.parse('2026-03-02T10:00:00Z');

function webhook(id: string, body: string, minutes: number, channel = 'main'): NewWebhook {
  return {
    ...{ id, source: 'kuaidi100', channel, receivedAt: new Date(START + minutes * MINUTE_MS) },
    ...{ mediaType: 'text/plain', body: Buffer.from(body), verdict: 'read', flaws: [], workflowIds: [] },
  };
}

async function bodies(): Promise<string[]> {
  const read = await selectWebhooks(db.pool, { order: 'oldest first', limit: 100 });
  return read.map(({ id, body }) => `${id} ${body.toString()}`);
}

async function bytesKept(): Promise<number> {
  const { rows } = await db.pool.query<{ bytes: number }>(
    'select sum(octet_length(body))::int as bytes from waybell.webhooks',
  );
  return rows[0]?.bytes ?? 0;
}

test('equal bytes of a channel are kept once within the hour, and each webhook is read with them', async () => {
  const large = 'x'.repeat(1_000);
  // In one statement, and in later ones.
  await insertWebhooks(db.pool, [webhook('1', large, 0), webhook('2', large, 1), webhook('3', 'other', 1)]);
  await insertWebhooks(db.pool, [webhook('4', large, 30), webhook('5', large, 40, 'second')]);
  await insertWebhooks(db.pool, [webhook('6', large, 80)]);
  expect(await bodies()).toEqual([
    `1 ${large}`,
    `2 ${large}`,
    '3 other',
    `4 ${large}`,
    `5 ${large}`,
    `6 ${large}`,
  ]);
  // One of each channel, and one after the hour.
  expect(await bytesKept()).toBe(3 * 1_000 + 5);
  // The same webhook once more changes nothing.
  await insertWebhooks(db.pool, [webhook('2', large, 1)]);
  expect(await bytesKept()).toBe(3 * 1_000 + 5);
});

test('where the oldest go, what is left can be read', async () => {
  await deleteWebhooksUpTo(db.pool, '1', 10);
  const left = await bodies();
  expect(left).toHaveLength(5);
  expect(left).toContain('3 other');
});
