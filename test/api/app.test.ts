import { describe, expect, test } from '@jest/globals';
import { Router } from 'express';
import { Writable } from 'node:stream';
import pg from 'pg';
import pino from 'pino';
import { openPool } from '../../src/database/pool';
import { freePorts } from '../setup/free-port';
import { openTemporalAway } from '../setup/temporal-away';
import { use } from '../setup/use';
import { unique, useApiLab } from './api-lab';

const lab = useApiLab();
const api = use(() => lab.serve());

describe('every answer', () => {
  test('carries strict headers and says nothing about what made it', async () => {
    const { headers } = await api.call('GET', '/healthz');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'self';object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test("has a request id, the caller's own when it is a plain one", async () => {
    const own = await api.call('GET', '/healthz', { headers: { 'x-request-id': 'trace-7' } });
    expect(own.headers.get('x-request-id')).toBe('trace-7');
    const odd = await api.call('GET', '/healthz', { headers: { 'x-request-id': 'a b"<' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['GET', '/', 404, 'route-unknown'],
    ['GET', '/nowhere', 404, 'route-unknown'],
    ['GET', '/api/v1/nowhere', 404, 'route-unknown'],
    ['GET', '/demo', 404, 'route-unknown'],
    ['DELETE', '/api/v1/push/register', 405, 'method-not-allowed'],
    ['OPTIONS', '/api/v1/push/devices', 405, 'method-not-allowed'],
    ['POST', '/readyz', 405, 'method-not-allowed'],
    ['GET', '/api/v1/notifications/%E0%A4%A', 400, 'request-malformed'],
  ])('that refuses %s %s says so in one shape', async (method, path, status, code) => {
    const answer = await api.call(method, path);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ ok: false, code, message: expect.any(String) });
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/^[A-Z, ]+$/);
  });

  test.each([
    ['no JSON', 'application/json', '{"cid"', 400, 'json-malformed'],
    ['a form', 'application/x-www-form-urlencoded', 'cid=1', 415, 'content-type-unsupported'],
    ['no declared type', '', '{"cid":"1"}', 415, 'content-type-unsupported'],
    ['more than 1 MiB', 'application/json', `{"cid":"${'x'.repeat(2 ** 20)}"}`, 413, 'body-too-large'],
  ])('to a body that is %s says so', async (_, type, body, status, code) => {
    const answer = await api.call('POST', '/api/v1/push/register', {
      body: Buffer.from(body),
      headers: type === '' ? {} : { 'content-type': type },
    });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ ok: false, code, message: expect.any(String) });
  });

  test('to something unforeseen is an id that the log explains, never a stack', async () => {
    const lines: string[] = [];
    const log = pino(
      { level: 'error' },
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          lines.push(chunk.toString());
          done();
        },
      }),
    );
    const demo = Router().get('/broken', () => {
      throw new TypeError('secret detail');
    });
    const broken = await lab.serve({}, { log, demo });
    const { status, text, json } = await broken.call('GET', '/demo/broken', {
      headers: { 'x-request-id': 'r-7' },
    });
    expect(status).toBe(500);
    expect(json).toMatchObject({ ok: false, code: 'internal', message: expect.stringContaining('r-7') });
    expect(text).not.toContain('secret detail');
    expect(lines.join()).toContain('secret detail');
    expect(lines.join()).toContain('r-7');
  });
});

describe('health', () => {
  const journal = { waiting: 0, oldest_seconds: 0 };

  test('is alive, and ready to take requests though no worker runs, which it says', async () => {
    expect((await api.call('GET', '/healthz')).json).toEqual({ ok: true });
    const ready = await api.call('GET', '/readyz');
    expect(ready.status).toBe(200);
    expect(ready.json).toEqual({ ok: true, postgresql: 'ok', temporal: 'ok', worker: 'none', journal });
  });

  test('is not ready in a process whose own worker does not poll', async () => {
    const working = await lab.serve({}, { workerIdentity: 'me@here' });
    const ready = await working.call('GET', '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.json).toEqual({ ok: false, postgresql: 'ok', temporal: 'ok', worker: 'none', journal });
  });

  test('names the part that is away, and does not wait for it', async () => {
    const [port] = await freePorts(1);
    const pool = openPool(`postgresql://nobody@127.0.0.1:${port}/none`, () => undefined);
    const away = await openTemporalAway();
    const noDatabase = await lab.serve({}, { pool });
    const noTemporal = await lab.serve({}, { temporal: away.client });
    for (const [without, state] of [
      [noDatabase, { postgresql: 'error', temporal: 'ok', worker: 'none' }],
      [noTemporal, { postgresql: 'ok', temporal: 'error', worker: 'error' }],
    ] as const) {
      const startedAt = performance.now();
      const { status, json } = await without.call('GET', '/readyz');
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect(status).toBe(503);
      expect(json).toEqual({ ok: false, ...state, journal });
      expect((await without.call('GET', '/healthz')).status).toBe(200);
    }
    await away.close();
    await pool.end();
  });
});

describe('while PostgreSQL is away', () => {
  test.each([
    ['POST', '/api/v1/push/register', { cid: 'c', user_id: 'u' }],
    ['POST', '/api/v1/push/unregister', { cid: 'c' }],
    ['GET', '/api/v1/push/devices?user_id=u', undefined],
    ['POST', '/api/v1/push/receipts', { cid: 'c', message_id: 'm', event: 'shown' }],
    ['PUT', '/api/v1/waybills/yto/YT1234', { order_id: 'o' }],
    ['GET', '/api/v1/notifications', undefined],
    ['GET', '/api/v1/notifications/m', undefined],
    ['POST', '/api/v1/notifications/m/retry', {}],
  ])('%s %s says so, and when to come back', async (method, path, json) => {
    const [port] = await freePorts(1);
    const pool = openPool(`postgresql://nobody@127.0.0.1:${port}/none`, () => undefined);
    const without = await lab.serve({}, { pool });
    const answer = await without.call(method, path, { json });
    await pool.end();
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(answer.json).toMatchObject({
      ok: false,
      code: 'database-unavailable',
      message: expect.any(String),
    });
  });

  test('in the middle of a request, the caller may come back too', async () => {
    const blocker = new pg.Client({ connectionString: lab.db.url });
    await blocker.connect();
    await blocker.query(`begin; lock table push_devices in access exclusive mode`);
    const answer = await api.call('GET', '/api/v1/push/devices?user_id=u');
    await blocker.query('rollback');
    await blocker.end();
    expect(answer.status).toBe(503);
    expect(answer.json).toMatchObject({ code: 'database-unavailable' });
  });
});

describe('a database role that may not see everything', () => {
  test('is told which table hides its rows, instead of an empty list', async () => {
    const role = `clerk_${unique().toLowerCase()}`;
    await lab.db.pool.query(
      `create role ${role} login password 'clerk';
       grant usage on schema public, waybell to ${role};
       grant select on push_devices to ${role}`,
    );
    const url = new URL(lab.db.url);
    url.username = role;
    url.password = 'clerk';
    const pool = openPool(url.href, () => undefined);
    const limited = await lab.serve({}, { pool });
    const hidden = await limited.call('GET', '/api/v1/push/devices?user_id=u-1');
    const forbidden = await limited.call('GET', '/api/v1/notifications');
    await pool.end();
    await lab.db.pool.query(`drop owned by ${role}; drop role ${role}`);

    expect(hidden.status).toBe(503);
    expect(hidden.json).toMatchObject({
      code: 'database-permission',
      message: expect.stringMatching(/row-level security.*push_devices/),
    });
    expect(forbidden.json).toMatchObject({
      code: 'database-permission',
      message: expect.stringContaining('express_notifications'),
    });
  });
});
