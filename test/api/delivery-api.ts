import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { ApiDependencies } from '../../src/api/dependencies';
import { loadConfig } from '../../src/config/config';
import { ANY_TEXT } from '../setup/any-age';
import type { DeliveryLab } from '../setup/delivery-lab';
import { type Api, serveApi } from './api-lab';

export type Json = Record<string, unknown>;

/** The API beside the deliveries of a lab, with the settings of embedded parts. */
export function serveDeliveries(lab: DeliveryLab, change: Partial<ApiDependencies> = {}): Promise<Api> {
  return serveApi({
    pool: lab.db.pool,
    temporal: lab.temporal.client,
    taskQueue: lab.temporal.taskQueue,
    log: pino({ level: 'silent' }),
    ...change,
    config: { ...(change.config ?? loadConfig({})), retention: ANY_TEXT },
  });
}

export async function startRetryOfMany(api: Api, json: Json): Promise<Json & { status: number }> {
  const answer = await api.call('POST', '/api/v1/retries', { json });
  return { ...answer.json, status: answer.status };
}

/** Starts a bulk retry and waits for its end. */
export async function retryMany(api: Api, json: Json): Promise<Json> {
  const { retry_id: id } = await startRetryOfMany(api, { rate: 200, ...json });
  for (;;) {
    const { status, json: now } = await api.call('GET', `/api/v1/retries/${String(id)}?limit=1000`);
    // On a loaded machine Temporal may not answer within its second; the retry itself goes on.
    if (status !== 503 && now['state'] !== 'running') return now;
    await sleep(200);
  }
}
