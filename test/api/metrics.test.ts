import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/config';
import { useBareApi } from './bare-api';

const KEY = 'k'.repeat(24);

const bare = useBareApi();

/** The number behind a line of the Prometheus text. */
function sample(text: string, line: string): number {
  return Number(
    text
      .split('\n')
      .find((candidate) => candidate.startsWith(`${line} `))
      ?.split(' ')
      .at(-1),
  );
}

test('requests are counted by method, route and status, with the time they took', async () => {
  const api = await bare.serve();
  await api.call('GET', '/healthz');
  await api.call('GET', '/healthz');
  await api.call('GET', '/api/v1/notifications?limit=0');
  const { status, headers, text } = await api.call('GET', '/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const histogram = 'waybell_http_request_duration_seconds';
  const labels = 'method="GET",route="/healthz",status="200"';
  expect(sample(text, `${histogram}_count{${labels}}`)).toBe(2);
  expect(sample(text, `${histogram}_bucket{le="+Inf",${labels}}`)).toBe(2);
  expect(sample(text, `${histogram}_sum{${labels}}`)).toBeGreaterThan(0);
  expect(sample(text, `${histogram}_count{method="GET",route="/api/v1/notifications",status="400"}`)).toBe(1);
});

test('what callers put into a path never becomes a label', async () => {
  const api = await bare.serve();
  await api.call('PUT', '/api/v1/waybills/yto/YT-SECRET', { json: {} });
  await api.call('GET', '/nowhere/YT-SECRET');
  const { text } = await api.call('GET', '/metrics');
  expect(text).toContain('route="/api/v1/waybills/:carrier/:tracking_no",status="400"');
  expect(text).toContain('route="(none)",status="404"');
  expect(text).not.toContain('YT-SECRET');
});

test('the process tells about itself', async () => {
  const api = await bare.serve();
  const { text } = await api.call('GET', '/metrics');
  expect(sample(text, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  expect((await api.call('GET', '/metrics')).text).toContain('nodejs_eventloop_lag_p99_seconds');
});

test('with API keys, one is needed', async () => {
  const api = await bare.serve({ config: loadConfig({ API_KEYS: KEY }) });
  expect((await api.call('GET', '/metrics')).json).toMatchObject({ ok: false, code: 'api-key-missing' });
  const { status } = await api.call('GET', '/metrics', { headers: { authorization: `Bearer ${KEY}` } });
  expect(status).toBe(200);
});
