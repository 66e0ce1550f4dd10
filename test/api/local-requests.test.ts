import { describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { loadConfig } from '../../src/config/config';
import { useBareApi } from './bare-api';

const bare = useBareApi();

interface Answer {
  readonly status: number | undefined;
  readonly code: unknown;
}

/** As a browser would send it: `fetch` lets nobody choose these headers. */
async function send(url: string, method: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', () => {
          const body = text.startsWith('{') ? (JSON.parse(text) as { code?: unknown }) : {};
          resolve({ status: response.statusCode, code: body.code });
        });
    });
    sent.on('error', reject).end();
  });
}

const KEYED = {
  DATABASE_URL: 'postgresql://127.0.0.1/shop',
  CLOUD_FUNC_URL: 'http://127.0.0.1/push',
  UNSIGNED_WEBHOOKS: 'allow',
  API_KEYS: '0b64f7f1f4c2a7d0c7a84c9e1d3b5f62',
};
const ACTING = ['POST', '/api/v1/retries'] as const;

describe('where nothing asks for a key', () => {
  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.nip.example:7201', 'a b'])(
    'nothing is served under a name that anybody’s DNS may lead here: %j',
    async (host) => {
      const { url } = await bare.serve();
      for (const [method, route] of [
        ['GET', '/openapi.json'],
        ['POST', '/webhook/express/status'],
        ACTING,
      ] as const) {
        const { status, code } = await send(url + route, method, { host });
        expect({ status, code }).toEqual({ status: 403, code: 'host-not-local' });
      }
    },
  );

  test.each(['localhost:7201', 'waybell.localhost', '127.0.0.1', '[::1]:7201', '192.168.1.20:7201'])(
    'it is served under %s',
    async (host) => {
      const { url } = await bare.serve();
      expect((await send(`${url}/openapi.json`, 'GET', { host })).status).toBe(200);
    },
  );

  test('HOST may be a name, which then is served too', async () => {
    const { url } = await bare.serve({ config: { ...loadConfig({}), host: 'Trial.shop' } });
    expect((await send(`${url}/openapi.json`, 'GET', { host: 'trial.shop:7201' })).status).toBe(200);
  });

  test.each<[string, Record<string, string>]>([
    ['a form of another site', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['another port on another host', { origin: 'http://10.0.0.9:7201' }],
    ['a page that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
  ])('%s may not act', async (_, headers) => {
    const { url } = await bare.serve();
    for (const [method, route] of [
      ACTING,
      ['DELETE', '/api/v1/push/devices'],
      ['POST', '/webhook/express/status'],
    ] as const)
      expect(await send(url + route, method, headers)).toEqual({ status: 403, code: 'cross-site' });
  });

  test.each<[string, Record<string, string>]>([
    ['a program', {}],
    ['a page of ours', { 'sec-fetch-site': 'same-origin', origin: 'http://127.0.0.1' }],
    ['a page of this machine', { 'sec-fetch-site': 'same-site' }],
    ['an older browser on a page of ours', { origin: 'http://127.0.0.1:3000' }],
  ])('%s may', async (_, headers) => {
    const { url } = await bare.serve();
    const { status, code } = await send(`${url}/webhook/express/status`, 'POST', headers);
    expect(status).not.toBe(403);
    expect(code).not.toBe('cross-site');
  });
});

test('with keys any name is served: no page of another site has one', async () => {
  const { url } = await bare.serve({ config: loadConfig(KEYED) });
  const headers = { host: 'waybell.shop.example', origin: 'https://shop.example' };
  expect((await send(`${url}/openapi.json`, 'GET', headers)).status).toBe(200);
  expect(await send(url + ACTING[1], 'POST', headers)).toEqual({ status: 401, code: 'api-key-missing' });
});
