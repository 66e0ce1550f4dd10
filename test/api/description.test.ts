import { beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { OPENAPI_DOCUMENT } from '../../src/api/openapi/document';
import { OPERATIONS } from '../../src/api/operations';
import { problemsOf } from '../../src/api/openapi/answers';
import { loadConfig } from '../../src/config/config';
import { use } from '../setup/use';
import { type Answer } from './api-lab';
import { useBareApi } from './bare-api';

const bare = useBareApi();
const api = use(() => bare.serve({ config: loadConfig({ DEVICE_REGISTRATION: 'key' }) }));

test('the document is there without a key, without PostgreSQL and without Temporal', async () => {
  const { status, json } = await api.call('GET', '/openapi.json');
  expect(status).toBe(200);
  expect(json).toEqual(JSON.parse(JSON.stringify(OPENAPI_DOCUMENT)));
});

describe('the page to read', () => {
  let page: Answer;
  beforeAll(async () => {
    page = await api.call('GET', '/docs');
  });

  test('is there without a key, without PostgreSQL and without Temporal', () => {
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  test.each(
    OPERATIONS.map(
      (operation) => [`${operation.method.toUpperCase()} ${operation.path}`, operation] as const,
    ),
  )('shows %s with its answers and its problems', (route, operation) => {
    const section =
      page.text.split('<section ').find((part) => part.startsWith(`id="${operation.id}"`)) ?? '';
    expect(section).toContain(`<code>${route}</code>`);
    expect(section).toContain('Answer 200');
    for (const code of problemsOf(operation)) expect(section).toContain(`<code>${code}</code>`);
  });

  test('names fields with the objects around them, their types and their limits', () => {
    const words = page.text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
    expect(words).toContain('cid text, 1–2048 How the push provider knows the phone: ');
    expect(words).toContain('notification.pushes[].shown_at time, ISO 8601 or null');
    expect(words).toContain('event &#34;shown&#34; or &#34;clicked&#34;');
    expect(words).toContain('devices list of text, at most 128 or integer, 1–100, optional');
  });

  test('allows nothing but its own style sheet, and asks nobody for anything', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page.text)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(page.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(page.text).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bstyle=|@import|url\(/);
    const targets = [...page.text.matchAll(/href="([^"]*)"/g)].map(([, target]) => target);
    expect(targets.filter((target) => !target?.startsWith('#'))).toEqual(['openapi.json']);
  });
});
