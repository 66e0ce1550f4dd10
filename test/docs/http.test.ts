import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { loadConfig } from '../../src/config';
import { type Api, serveApi } from '../api/api-lab';
import { freePorts } from '../setup/free-port';

const page = readFileSync(path.join(__dirname, '../../docs/http.md'), 'utf8');
const routes = [...page.matchAll(/^### `([A-Z]+) (\S+)`$/gm)].map(
  ([, method = '', route = '']) => [method, route] as const,
);
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => json);

describe('docs/http.md', () => {
  let api: Api;
  let connection: Connection;
  let pool: pg.Pool;
  beforeAll(async () => {
    // Nothing is there: a route that exists says so, or refuses for another reason than being unknown.
    const [port] = await freePorts(1);
    connection = Connection.lazy({ address: `127.0.0.1:${port}` });
    pool = new pg.Pool({ host: '127.0.0.1', port: Number(port) });
    const temporal = new Client({ connection });
    api = await serveApi({ config: loadConfig({}), pool, temporal, log: pino({ level: 'silent' }) });
  });
  afterAll(async () => {
    await api.close();
    await connection.close();
    await pool.end();
  });

  test('shows all routes', () => {
    expect(routes.map(([method, route]) => `${method} ${route}`)).toEqual([
      'POST /webhook/express/status',
      'POST /api/v1/push/register',
      'POST /api/v1/push/unregister',
      'GET /api/v1/push/devices',
      'POST /api/v1/push/receipts',
      'PUT /api/v1/waybills/{carrier}/{tracking_no}',
      'GET /api/v1/notifications',
      'GET /api/v1/notifications/{message_id}',
      'POST /api/v1/notifications/{message_id}/retry',
      'GET /healthz',
      'GET /readyz',
    ]);
  });

  test.each(routes)('%s %s exists', async (method, route) => {
    const { status, json } = await api.call(method, route.replace(/\{\w+\}/g, 'example'));
    expect(['route-unknown', 'method-not-allowed']).not.toContain(json['code']);
    expect(status).toBeLessThan(504);
  });

  test('shows examples that are JSON', () => {
    expect(examples.length).toBeGreaterThan(10);
    for (const example of examples) expect(JSON.parse(example)).toEqual(expect.any(Object));
  });
});
